// The contract as the platform itself serves it at /openapi.json, in the form in which a test walks it.

const verbs = ['get', 'post', 'put', 'patch', 'delete'];

export class Contract {
  static async of(tandem) {
    const answer = await fetch(`${tandem.origin}/openapi.json`);
    return new Contract(await answer.json());
  }

  constructor(document) {
    this.document = document;
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      verbs.filter((verb) => item[verb]).map((verb) => this.operation(path, verb, item)));
  }

  operation(path, verb, item) {
    const definition = item[verb];
    const parameters = [...(item.parameters ?? []), ...(definition.parameters ?? [])].map((p) => this.resolve(p));
    const body = this.resolve(definition.requestBody);
    const keyed = definition.security?.some((way) => 'bearerAuth' in way) ?? true;
    return { id: definition.operationId, path, keyed, verb: verb.toUpperCase(), parameters, body,
      schema: this.resolve(body?.content?.['application/json']?.schema), tags: definition.tags ?? [] };
  }

  /** What a reference leads to. */
  resolve(node) {
    let found = node;
    while (found?.$ref) {
      found = found.$ref.slice(2).split('/').reduce((at, part) => at[part.replaceAll('~1', '/')], this.document);
    }
    return found;
  }

  /** Members that a request's object may have, with those of its allOf, as [name, schema, required]. */
  members(schema) {
    const all = this.allMembers(schema);
    const readOnly = new Set(all.filter(([, s]) => s?.readOnly).map(([name]) => name));
    return all.filter(([name]) => !readOnly.has(name));
  }

  allMembers(schema) {
    const whole = this.resolve(schema) ?? {};
    const required = new Set(whole.required ?? []);
    const own = Object.entries(whole.properties ?? {}).map(([name, s]) => [name, this.resolve(s), required.has(name)]);
    return [...own, ...(whole.allOf ?? []).flatMap((part) => this.allMembers(part))];
  }

  /** Fields of a request's object and of what is nested in it, as [steps, schema]; 0 is an item of a list. */
  fields(schema, steps = [], depth = 3) {
    return this.members(schema).filter(([, member]) => member).flatMap(([name, member]) => {
      const here = [...steps, name];
      if (depth === 0) return [[here, member]];
      const types = this.types(member).join();
      const inner = types === 'object' ? this.fields(member, here, depth - 1)
        : types === 'array' && member.items ? this.itemFields(this.resolve(member.items), [...here, 0], depth - 1) : [];
      return [[here, member], ...inner];
    });
  }

  itemFields(item, steps, depth) {
    const types = this.types(item).join();
    return types === 'object' ? this.fields(item, steps, depth) : types ? [[steps, item]] : [];
  }

  /** Types a schema of a single kind allows; empty where it says nothing or offers alternatives. */
  types(schema) {
    if (!schema || schema.oneOf || schema.anyOf || schema.allOf) return [];
    return [schema.type ?? []].flat();
  }
}

/** Values of another type than these. */
export function strangers(types) {
  if (types.length === 0) return [];
  const samples = { string: ['text'], integer: [7, 7.5], number: [7.5], boolean: [true], array: [[]], object: [{}], null: [null] };
  return Object.entries(samples)
    .filter(([type]) => !types.includes(type) && type !== 'null' && !(type === 'integer' && types.includes('number')))
    .flatMap(([type, values]) => (type === 'integer' || (type === 'number' && types.includes('integer')) ? values.slice(-1) : values));
}
