"""What the environment tells the service about itself."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """All settings, checked once at the start."""

    app_name: str = "production-app"
    version: str = "unknown"
    revision: str = "unknown"
    environment: str = "local"
    track: str = "stable"
    host: str = "0.0.0.0"
    port: int = 3000
    # Share of requests that are answered with 500: a bad release to try the canary's watch on.
    fault_rate: float = 0.0

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> "Settings":
        """Reads the settings; raises ValueError that names the variable at fault."""
        default = Settings()
        return Settings(
            app_name=environment.get("APP_NAME", default.app_name),
            version=environment.get("APP_VERSION", default.version),
            revision=environment.get("APP_REVISION", default.revision),
            environment=environment.get("APP_ENVIRONMENT", default.environment),
            track=environment.get("TRACK", default.track),
            host=environment.get("HOST", default.host),
            port=int(_number(environment, "PORT", default.port, (0, 65535))),
            fault_rate=_number(environment, "FAULT_RATE", default.fault_rate, (0, 1)),
        )


def _number(
    environment: Mapping[str, str], name: str, default: float, bounds: tuple[float, float]
) -> float:
    text = environment.get(name, "")
    if text == "":
        return default
    low, high = bounds
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"{name} should be a number from {low} to {high}, not {text!r}")
    return value
