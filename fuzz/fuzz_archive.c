/* SPDX-License-Identifier: MIT
 *
 * Archives and .debs: libarchive reads most of the bytes, what it says is ours to check. Every item
 * that a callback sees has a name that is clean already, and a hard link has a clean target. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"

static bool is_clean(struct str s)
{
	char out[LIMIT_PATH_TEXT + 1];
	size_t n;

	return s.n <= LIMIT_PATH_TEXT && archive_clean_name(s, out, &n) &&
	       str_eq(s, str_n(out, n)) && n > 0;
}

static errint item(const struct archive_item *item, struct source *data, void *ctx, struct err *err)
{
	char chunk[4096];
	size_t got, total = 0;
	errint rc;

	FUZZ_CHECK(is_clean(item->name));
	FUZZ_CHECK(item->type != ARCHIVE_HARDLINK || is_clean(item->link));
	FUZZ_CHECK(item->type != ARCHIVE_SYMLINK || item->link.n > 0);
	do {
		rc = source_read(data, chunk, sizeof(chunk), &got, err);
		total += rc ? 0 : got;
	} while (!rc && got && total < 1 << 20);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd CLEANUP_FD = memfd_create("input", MFD_CLOEXEC);
	ERR(err);

	FUZZ_CHECK(fd >= 0 && fd_write_all(fd, p, n, &err) == 0);
	if (archive_walk(fd, item, NULL, &err))
		FUZZ_CHECK(err.code && err.msg);
	err_clear(&err);
	if (deb_walk(fd, item, item, NULL, &err))
		FUZZ_CHECK(err.code && err.msg);
	return 0;
}
