"""`python -m app`: serves until it is told to stop."""

import os
import signal
import sys
import threading

from app.server import create_server
from app.settings import Settings


def main() -> None:
    settings = Settings.from_environment(os.environ)
    server = create_server(settings)

    def stop(*_: object) -> None:
        # shutdown() waits for the loop, which runs in the thread that the signal interrupts.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"{settings.app_name} {settings.version} listens on {settings.port}", file=sys.stderr)
    with server:
        server.serve_forever()


if __name__ == "__main__":
    main()
