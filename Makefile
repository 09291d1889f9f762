# What you can ask for: make help

.PHONY: help run test lint fuzz bench soak image clean sanitize

help:
	@echo 'make run       build Portico and serve a private registry behind it (Ctrl-C stops all of it)'
	@echo 'make test      run every test: units, and end to end with a real registry and a real Docker engine'
	@echo 'make lint      check the form of sources and scripts'
	@echo 'make fuzz      feed the parsers with hostile input: make fuzz TIME=5m TARGET=request-head'
	@echo 'make sanitize  run the end-to-end tests with a server that the thread sanitizer watches'
	@echo 'make bench     measure Portico beside nginx and others: make bench CASES="get down" ROUNDS=5 PEERS=nginx,portico'
	@echo 'make soak      put Portico under mixed load, changes and faults for long: make soak TIME=30m LOAD=1'
	@echo 'make image     build the Docker image "portico"'
	@echo 'make clean     remove what was built, and the images pushed to the registry of "make run"'
	@echo
	@echo 'make run takes other ports: make run HTTPS_PORT=9443 HTTP_PORT=9080 REGISTRY_PORT=5001'

run:
	@scripts/run

test:
	@scripts/test

lint:
	@scripts/lint

fuzz:
	@scripts/fuzz $(or $(TIME),60) $(TARGET)

sanitize:
	@scripts/sanitize

bench:
	@scripts/toolchain
	@scripts/packages build bench
	@swift build --configuration release --product portico \
	    --static-swift-stdlib --scratch-path .build/static
	@Benchmarks/run $(CASES) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) \
	    $(if $(GIB),--gib $(GIB)) $(if $(PEERS),--servers $(PEERS)) $(if $(LOG),--log) $(if $(RECORD),--record)

soak:
	@scripts/soak $(or $(TIME),30m) $(if $(LOAD),--load $(LOAD))

image:
	@scripts/toolchain
	@scripts/packages image
	@scripts/image

clean:
	rm -rf .build .run .image
