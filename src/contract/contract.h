#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/operations.h"  // generated: enum class Op
#include "contract/schema.h"
#include "core/result.h"

/// The specification as tables: what is asked, what may be in it, what is answered. Made at start
/// from a JSON blob that the build links in.
namespace tandem::contract {

enum class Verb : uint8_t { Get, Post, Put, Patch, Delete, Head };

/// How a list is asked for its pages, and how it answers.
enum class Paging : uint8_t {
  None,
  PageNumberSize,  // page[number], page[size] -> data +
                   // meta{page_number,page_size,total_pages,total_results}
  RecordsPerPage,  // page, recordsPerPage -> records|data + page + totalRecords (10DLC)
  TexmlPages,      // Page, PageSize, PageToken -> page, page_size, next_page_uri ... (TeXML)
  Cursor           // page[after]/page[before]/page[limit] or PageToken-like cursors -> meta.cursors
};

enum class Security : uint8_t { ApiKey, None, OAuthClient, OptionalOAuthClient };

struct Parameter {
  enum class In : uint8_t { Path, Query, Header };
  enum class Style : uint8_t { Plain, DeepObject, List };
  std::string_view name;  // "filter", "page[size]", "id"
  In in;
  Style style;
  bool required;
  Schema schema;
};

/// A possible answer.
struct Answer {
  int status;                     // 0 for "default"
  std::string_view content_type;  // empty: no body
  Schema schema;                  // empty: not described
};

struct Operation {
  Op op;
  std::string_view id;  // operationId
  Verb verb;
  std::string_view path;     // template: "/billing_groups/{id}"
  std::string_view product;  // the contract's file: "account"
  std::string_view tag;
  std::string_view summary;
  Security security;
  Paging paging;
  bool deprecated;
  std::span<const Parameter> parameters;
  bool body_required;
  struct Body {
    std::string_view content_type;
    Schema schema;
  };
  std::span<const Body> bodies;  // empty: takes none
  std::span<const Answer> answers;

  /// The schema of the first 2xx JSON answer, and its status; empty and 204 when it has no body.
  Schema success_schema() const;
  int success_status() const;
  /// The status with which this operation answers the error `code`: the catalogue's when it is
  /// documented or says who may ask or what is not there (401, 403, 404, 429 ...), else the nearest
  /// one the operation documents.
  int status_for(std::string_view code) const;
  /// What it documents for that status, or by default; null when nothing.
  const Answer* answer_for(int status) const;
};

/// What the router found.
struct Match {
  enum class Found : uint8_t { Operation, NoPath, NoMethod };
  Found found = Found::NoPath;
  const Operation* operation = nullptr;
  std::vector<std::pair<std::string_view, std::string>> path;  // parameter name, decoded value
  std::vector<Verb> allowed;                                   // when NoMethod
};

/// A webhook the platform sends.
struct Webhook {
  std::string_view name;  // operation name in the contract: "callInitiated"
  std::string_view product;
  Schema schema;  // of the whole body
};

class Contract {
 public:
  /// Builds the tables from the blob; about 15 ms, once. Fails only for a blob that is broken.
  static Result<std::unique_ptr<Contract>> load();
  /// From JSON text in the blob's form, for tests.
  static Result<std::unique_ptr<Contract>> from_json(std::string_view json);
  ~Contract();

  std::span<const Operation> operations() const;
  const Operation& operation(Op op) const;
  const Operation* find(Verb verb, std::string_view path_template) const;
  const Operation* find(std::string_view operation_id) const;
  std::span<const Webhook> webhooks() const;
  const Webhook* webhook(std::string_view name) const;

  /// Finds the operation for a path without the "/v2" prefix and without query. Storage's
  /// catch-all paths ("/{bucketName}/...") are a table of their own: see route_storage.
  Match route(Verb verb, std::string_view path) const;
  Match route_storage(Verb verb, std::string_view path) const;

  /// The operationIds that are named as not served yet (contract/pending.yaml).
  std::span<const std::string_view> pending() const;

  /// The whole contract as an OpenAPI 3.1 document, for GET /openapi.json.
  std::string_view openapi_json() const;

 private:
  Contract();
  static Result<std::unique_ptr<Contract>> build(std::string_view json);
  friend class Schema;
  friend struct Compiler;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::contract
