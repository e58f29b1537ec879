"""Reads all hostile pictures, and prints what came of each and the most memory: `python -m tests.hostile.read_all`."""

import json
import resource
import sys

from guidance.io.picture import PictureError, read_image, request_of
from tests.hostile.pictures import PICTURES

SIDE = 2048


def outcome(data: bytes) -> list[str]:
    """What reading the picture and its request says: "" if they are read."""
    said = []
    for read in (lambda: read_image(data, side=SIDE), lambda: request_of(data)):
        try:
            read()
            said.append("")
        except PictureError as error:
            said.append(str(error))
    return said


def main() -> None:
    """Prints JSON: {"name": {"bytes": size, "said": [picture, request], "kilobytes": rise of the peak}}."""
    report = {}
    for name, make in PICTURES.items():
        data = make()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        said = outcome(data)
        report[name] = {
            "bytes": len(data),
            "said": said,
            "kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before,
        }
    json.dump(report, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
