# The project's commands; each installs what it needs first.
.PHONY: demo test bench package setup fuzz

demo:
	@scripts/demo.sh

test:
	@scripts/setup.sh test
	@scripts/test.sh

bench:
	@scripts/setup.sh test
	@scripts/bench.sh

package:
	@scripts/setup.sh app
	@scripts/package.sh

setup:
	@scripts/setup.sh test

fuzz:
	@scripts/setup.sh fuzz
	@scripts/fuzz.sh
