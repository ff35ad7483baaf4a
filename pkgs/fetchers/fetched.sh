# Builds what a postFetch makes of a fetched file. kiln has put that into the build folder as `fetched`.
# As in nixpkgs, postFetch finds the file at $out or, with downloadToTemp, at $downloadedFile; of an
# archive its tree is at $out already.
source "$stdenv/setup"

# Credentials of this one build: kiln's own fetching would not have them.
if [ -n "${netrcPhase:-}" ]; then
	cd "$NIX_BUILD_TOP"
	eval "$netrcPhase"
	[ -f netrc ] || die "netrcPhase has made no file 'netrc'"
	read -ra addresses <<<"$urls"
	"$python" "$fetchWithNetrc" netrc "$NIX_BUILD_TOP/fetched" "${addresses[@]}"
	rm netrc
fi

[ -f "$NIX_BUILD_TOP/fetched" ] || die "kiln itself fetches for this builder, and does not run it"

# unpackFetched ARCHIVE FOLDER STRIP_ROOT: by kiln's own unpacking, which knows every kind.
unpackFetched() {
	local status
	[ -p /proc/self/fd/250 ] || die "archives are unpacked by kiln itself, which does not run this build"
	printf '%s\0' builtin:kiln-unpack-1 "archive=$1" "out=$2" "stripRoot=$3" '' >&250
	IFS= read -r -u 251 status || status=1
	return "$status"
}

downloadedFile=$out
if [ -n "${downloadToTemp:-}" ] || [ -n "${unpack:-}" ]; then downloadedFile=$TMPDIR/file; fi
mv "$NIX_BUILD_TOP/fetched" "$downloadedFile"
if [ -n "${executable:-}" ]; then chmod +x "$downloadedFile"; fi
if [ -n "${unpack:-}" ]; then
	unpackFetched "$downloadedFile" "$out" "${stripRoot:-}"
	mkdir "$TMPDIR/unpack"
	cd "$TMPDIR/unpack"
fi
runHook postFetch
