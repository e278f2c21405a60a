"""unittest's runner with a last line that says how many tests passed and failed."""

import sys
import unittest

program = unittest.main(module=None, exit=False)
result = program.result
failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
print(f"{max(0, result.testsRun - failed - len(result.skipped))} passed, {failed} failed", flush=True)
sys.exit(failed > 0)
