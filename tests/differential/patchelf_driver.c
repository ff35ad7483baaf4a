/* SPDX-License-Identifier: MIT
 *
 * Edits objects in place as kiln does it without the tool, for full/patchelf.sh: `patchelf_driver
 * rpath|runpath PATH FILE…`. Each file's line says whether it was 'edited' or 'left' for the tool.
 */
#include <stdio.h>
#include <string.h>

#include "job/patchelf_int.h"

int main(int argc, char **argv)
{
	for (int i = 3; i < argc; i++) {
		struct patchelf_edit e = {.runpath = argv[2],
					  .force_rpath = strcmp(argv[1], "rpath") == 0};
		bool done;
		ERR(err);

		if (patchelf_library(argv[i], &e, &done, &err)) {
			fprintf(stderr, "%s: %s\n", argv[i], err.msg);
			return 1;
		}
		printf("%s %s\n", done ? "edited" : "left", argv[i]);
	}
	return 0;
}
