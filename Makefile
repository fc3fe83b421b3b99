# Everything a person does with this repository. `make help` lists it.
BUILD  ?= build
JOBS   ?= $(shell nproc)
CMAKE  := cmake -G Ninja

.PHONY: help run build test e2e bench fuzz test-asan test-tsan test-clang deps format clean

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 14

run: build ## Build and start the sandbox: API, SIP and SMPP on this machine
	$(BUILD)/tandem serve --profile sandbox

build: deps ## Build build/tandem
	$(CMAKE) -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=RelWithDebInfo
	cmake --build $(BUILD) --target tandem -j $(JOBS)

test: deps ## Build and run everything that must hold
	$(CMAKE) -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=RelWithDebInfo
	cmake --build $(BUILD) -j $(JOBS)
	cd $(BUILD) && ctest --output-on-failure

e2e: build ## Only the tests that drive the built binary
	cmake --build $(BUILD) --target inbound_calls -j $(JOBS)
	cd $(BUILD) && ctest --output-on-failure -R e2e

bench: deps ## Measure what is promised; each figure beside a limit of the same run
	$(CMAKE) -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=RelWithDebInfo
	cmake --build $(BUILD) --target tandem benches -j $(JOBS)
	bench/run $(BUILD)

fuzz: deps ## Run every fuzzer for FUZZ_SECONDS (10) each, from the kept corpora
	$(CMAKE) -S . -B $(BUILD)-fuzz -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTANDEM_FUZZ=ON \
	  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
	cmake --build $(BUILD)-fuzz --target fuzzers -j $(JOBS)
	tools/fuzz.sh $(BUILD)-fuzz

test-asan: deps ## Unit tests under address and undefined-behaviour sanitizers (clang)
	$(CMAKE) -S . -B $(BUILD)-asan -DCMAKE_BUILD_TYPE=Debug -DTANDEM_SANITIZE=address,undefined \
	  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
	cmake --build $(BUILD)-asan -j $(JOBS)
	cd $(BUILD)-asan && ctest --output-on-failure -E 'e2e|tidy'

test-tsan: deps ## Unit tests under the thread sanitizer (clang)
	$(CMAKE) -S . -B $(BUILD)-tsan -DCMAKE_BUILD_TYPE=Debug -DTANDEM_SANITIZE=thread \
	  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
	cmake --build $(BUILD)-tsan -j $(JOBS)
	cd $(BUILD)-tsan && ctest --output-on-failure -E 'e2e|tidy'

test-clang: deps ## Everything compiles with the second compiler, without warnings
	$(CMAKE) -S . -B $(BUILD)-clang -DCMAKE_BUILD_TYPE=Debug \
	  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19
	cmake --build $(BUILD)-clang -j $(JOBS)

deps: ## Install what is missing (Debian packages)
	@tools/install-deps.sh

format: ## Lay out the code as .clang-format says
	git ls-files '*.cpp' '*.h' | xargs clang-format -i

clean: ## Remove what builds made
	rm -rf $(BUILD) $(BUILD)-fuzz $(BUILD)-asan $(BUILD)-tsan $(BUILD)-clang
