#!/bin/sh
# Since which commit does a case behave otherwise on the aot engine? See --help.
exec sh "$(dirname "$0")/bisect-engine.sh" aot "$@"
