# Copies the menu entries of the list desktopItems, files or packages of makeDesktopItem, to where desktops
# look for them.
_copyDesktopItems() {
	local item file
	local -a items=()
	[ -z "${dontCopyDesktopItems:-}" ] || return 0
	concatTo items desktopItems
	for item in "${items[@]}"; do
		if [ -f "$item" ]; then
			install -Dm644 -- "$item" "${!outputBin}/share/applications/$(stripHash "$item")"
			continue
		fi
		local -a found=("$item"/share/applications/*.desktop)
		[ ${#found[@]} -gt 0 ] || die "copyDesktopItems: '$item' has no share/applications/*.desktop"
		for file in "${found[@]}"; do install -Dm644 -t "${!outputBin}/share/applications" -- "$file"; done
	done
}
postInstallHooks+=(_copyDesktopItems)
