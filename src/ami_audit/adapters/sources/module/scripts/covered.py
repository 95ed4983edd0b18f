"""Writes what a `.coverage` holds as coverage.py's JSON report.

Run as `python -I covered.py DATA REPORT` in the project's folder. The project's settings and plug-ins are not read; its
sources are parsed, never run.
"""

import sys
from pathlib import Path


def main() -> None:
    """Write the report."""
    from coverage import Coverage, CoverageData

    data_file, report = sys.argv[1:3]
    data = CoverageData(basename=data_file)
    data.read()
    # Paths stand in the data as they were set to be written, and are compared as they are set to be read.
    is_relative = not any(Path(path).is_absolute() for path in data.measured_files())
    reader = Coverage(data_file=data_file, config_file=False)
    reader.set_option("run:relative_files", is_relative)
    reader.load()
    reader.json_report(outfile=report, ignore_errors=True)


if __name__ == "__main__":
    main()
