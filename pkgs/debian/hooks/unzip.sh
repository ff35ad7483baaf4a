# shellcheck shell=bash disable=SC2034 # read by setup.sh
# Sources that are zip archives, whatever language their names are in.
_tryUnzip() {
	case $1 in
	*.zip | *.ZIP) LC_ALL=C.UTF-8 unzip -qq "$1" ;;
	*) return 1 ;;
	esac
}
unpackCmdHooks+=(_tryUnzip)
