"""Runs the one service that an image holds."""

import os
import runpy

runpy.run_module(f"services.{os.environ['LINZHANG_SERVICE']}", run_name="__main__", alter_sys=True)
