/* SPDX-License-Identifier: MIT
 *
 * Replays a fuzz target over files and folders of inputs, without a fuzzer: the normal tests do so
 * with each target's corpus. Every input gets an allocation of exactly its size, so that reading
 * past it shows under AddressSanitizer and valgrind. Speaks TAP, one line an input. */
#include "fuzz.h"

#include <stdio.h>
#include "base/file.h"

static int count;

static errint replay(const char *path, struct err *err)
{
	BUF(bytes, LIMIT_JSON_TEXT);
	errint rc = file_read(AT_FDCWD, path, &bytes, err);

	if (rc)
		return rc;
	uint8_t *exact CLEANUP_FREE = xmalloc(bytes.n);

	if (bytes.n)
		memcpy(exact, bytes.p, bytes.n);
	/* Told first: after a crash the last line names the input. */
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, bytes.n);
	printf("ok %d - %.*s\n", ++count, STR_ARG(path_base(str_c(path))));
	return 0;
}

static errint replay_folder(const char *path, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, path, &l, err);

	for (size_t i = 0; !rc && i < l.n; i++) {
		char *name CLEANUP_FREE = path_join(str_c(path), str_c(l.v[i].name));

		rc = replay(name, err);
	}
	return rc;
}

int main(int argc, char **argv)
{
	ERR(err);

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE_OR_FOLDER...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		struct stat st;
		bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);

		if (folder ? replay_folder(argv[i], &err) : replay(argv[i], &err)) {
			fprintf(stderr, "error: %s\n", err.msg);
			return 1;
		}
	}
	printf("1..%d\n", count);
	return count == 0;
}
