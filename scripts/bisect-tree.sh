#!/bin/sh
# Since which commit does a case behave otherwise on the tree engine? See --help.
exec sh "$(dirname "$0")/bisect-engine.sh" tree "$@"
