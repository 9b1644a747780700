# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The files that a virtual machine needs for the scenarios, as options of tests/vm/run.
# Sourced by vm-run and by tests/vm/matrix.

live_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
live_programs=$live_dir/../../build/tests/live

# The programs that the table names.
live_program_names() { awk '!/^#/ && NF { print $2 }' "$live_dir/scenarios" | sort -u; }

# Python's library, as far as a script with a socket needs it, as one file.
python_library() { # FILE
	/usr/bin/python3 -I - "$1" <<-'END'
	import encodings.ascii, encodings.latin_1, encodings.utf_8, os, socket, sys, zipfile
	with zipfile.ZipFile(sys.argv[1], 'w') as library:
	    top = os.path.dirname(os.__file__) + '/'
	    for path in {getattr(m, '__file__', None) or '' for m in sys.modules.values()}:
	        if path.startswith(top) and path.endswith('.py'):
	            library.write(path, path[len(top):])
	END
}

# live_adds DIR: fills live_options; what has to be made for it goes to DIR. Tools
# that this machine lacks are left out, and their scenarios skipped. For a machine of
# another architecture, live_foreign is set, and all tools are left out.
# shellcheck disable=SC2034 # used by those who source this
live_adds() {
	local name version

	live_options=()
	for name in $(live_program_names); do
		live_options+=(--add "$live_programs/$name")
	done
	[ -z "${live_foreign:-}" ] || return 0
	for name in curl socat dig; do
		[ ! -x /usr/bin/$name ] || live_options+=(--add "/usr/bin/$name:/usr/bin/")
	done
	version=$(/usr/bin/python3 -c 'import sys; print("%d%d" % sys.version_info[:2])' \
		2>/dev/null) || return 0
	[ -e "$1/python.zip" ] || python_library "$1/python.zip"
	live_options+=(--add "$(realpath /usr/bin/python3):/usr/bin/python3"
		--add "$1/python.zip:/usr/lib/python$version.zip")
}
