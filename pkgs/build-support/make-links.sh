# makeLinks TO: makes below the folder TO what makeFolder and makeLink said, all of it in one process however
# much it is: what they write is an archive for tar. Names are relative to TO.
#
# Each record of it is a header with a name of no meaning, before it what the name (L) and the link's target (K)
# are, each a header, the bytes, and zeros up to a whole block.
makeLinks() {
	{ cat && printf "$_makeEnd"; } | tar -x -P -f - -C "$1" --no-same-owner --no-same-permissions
}

makeFolder() {
	local LC_ALL=C
	_makeHead L "$1"
	printf "$_head%s$_rest$_makeMain5" "$1"
}

# makeLink NAME TARGET
makeLink() {
	local LC_ALL=C target
	_makeHead K "$2"
	target=$_head%s$_rest
	_makeHead L "$1"
	printf "$target$_head%s$_rest$_makeMain2" "$2" "$1"
}

# Texts for printf: zeros, and a header of a type whose contents have that size; 3024 is the sum of what is in
# all of them, as the header has it.
declare -A _makeHeads=()
_makeZeros() {
	local zeros
	printf -v zeros '%*s' "$1" ''
	_zeros=${zeros// /\\000}
}
_makeHeader() {
	local type=$1 size=$2 sum digits
	printf -v digits %o "$size"
	printf -v sum %d "'$type"
	sum=$((sum + 3024))
	while [ -n "$digits" ]; do
		sum=$((sum + ${digits:0:1}))
		digits=${digits:1}
	done
	_makeZeros 99
	_header=@$_zeros
	printf -v _header '%s0000755\\0000000000\\0000000000\\000%011o\\00000000000000\\000%06o\\000 %s' "$_header" "$size" "$sum" "$type"
	_makeZeros 100
	_header+="${_zeros}ustar  \\000"
	_makeZeros 247
	_header+=$_zeros
}
_makeHead() {
	local size=$((${#2} + 1))
	_head=${_makeHeads[$1$size]-}
	if [ -z "$_head" ]; then
		_makeHeader "$1" "$size"
		_makeHeads[$1$size]=$_header
		_head=$_header
	fi
	_rest=${_makeHeads[rest$((size % 512))]-}
	if [ -z "$_rest" ]; then
		_makeZeros $((1 + (512 - size % 512) % 512))
		_makeHeads[rest$((size % 512))]=$_zeros
		_rest=$_zeros
	fi
}
_makeHeader 2 0
_makeMain2=$_header
_makeHeader 5 0
_makeMain5=$_header
_makeZeros 1024
_makeEnd=$_zeros
