# For packages that are built with CUDA: its libraries are the runtime's to bring, so that no object of
# the outputs says where those of the build were: neither as its run path nor in what nvcc writes down of
# its options. leaveCudaAlone keeps objects as they are.
# shellcheck shell=bash
if [ -z "${_cudaFolders+set}" ]; then
	# of all, though a function sources this
	_cudaFolders=()

	_cudaLeaveToRuntime() {
		local name file folder old path hash
		[ -z "${leaveCudaAlone:-}" ] || return 0
		for name in $(getAllOutputNames); do
			[ -e "${!name}" ] || continue
			while IFS= read -r -d '' file; do
				isELF "$file" && old=$(@patchelf@ --print-rpath "$file" 2>/dev/null) || continue
				path=:$old:
				for folder in "${_cudaFolders[@]}"; do
					path=${path//":$folder/lib:"/:}
					path=${path//":$folder/lib64:"/:}
				done
				path=${path#:}
				path=${path%:}
				if [ "$path" != "$old" ]; then @patchelf@ --set-rpath "$path" "$file"; fi
				for folder in "${_cudaFolders[@]}"; do
					hash=${folder#"$NIX_STORE"/}
					hash=${hash%%-*}
					if grep -qF -- "$hash" "$file"; then sed -i "s/$hash/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee/g" "$file"; fi
				done
				echo "$file: CUDA is left to the runtime"
			done < <(find "${!name}" -type f -print0 | sort -z)
		done
	}
	postFixupHooks+=(_cudaLeaveToRuntime)
fi
_cudaRoot=$(dirname "$(dirname "${BASH_SOURCE[0]}")")
_cudaFolders+=("$_cudaRoot")
export CUDAToolkit_ROOT=${CUDAToolkit_ROOT:+$CUDAToolkit_ROOT;}$_cudaRoot
if [ -x "$_cudaRoot/bin/nvcc" ]; then export CUDACXX=$_cudaRoot/bin/nvcc CUDA_HOME=$_cudaRoot CUDA_PATH=$_cudaRoot; fi
