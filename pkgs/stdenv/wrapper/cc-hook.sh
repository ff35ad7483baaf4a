# shellcheck shell=bash
# Of the compiler's wrapper: headers of the inputs (those of the C library come last, or C++ would miss them), and the names under which build systems ask for it.
_ccHeaders() {
	local role_post
	getHostRole
	[ ! -d "$1/include" ] || [ "$1" = @glibcDev@ ] || export "NIX_CFLAGS_COMPILE$role_post+= -isystem $1/include"
}
getTargetRole
getTargetRoleWrapper CC @salt@
addEnvHooks "$targetOffset" _ccHeaders
export "NIX_CC$role_post=@out@"
for _pair in CC=gcc CXX=g++ FC=gfortran; do
	[ ! -e "@out@/bin/${_pair#*=}" ] || export "${_pair%%=*}$role_post=${_pair#*=}"
done
unset _pair role_post
