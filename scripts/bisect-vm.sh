#!/bin/sh
# Since which commit does a case behave otherwise on the vm engine? See --help.
exec sh "$(dirname "$0")/bisect-engine.sh" vm "$@"
