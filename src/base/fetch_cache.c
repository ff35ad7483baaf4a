/* SPDX-License-Identifier: MIT
 *
 * Records as files. */
#include "base/fetch_cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/report.h"
#include "base/url.h"

void fetch_record_set(struct fetch_record *r, const char *name, struct str value)
{
	BUG_ON(r->n == FETCH_RECORD_MAX);
	r->v[r->n].name = name;
	r->v[r->n++].value = value;
}

struct str fetch_record_get(const struct fetch_record *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->v[i].name, name) == 0)
			return r->v[i].value;
	return S("");
}

static char *record_path(const char *dir, struct str key)
{
	char name[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, key, &h);
	return path_join(str_c(dir), str_c(hash_format(&h, HASH_NIX32, false, name)));
}

bool fetch_record_parse(struct str text, struct arena *a, struct fetch_record *out)
{
	struct str line, name, value;

	/* The last line break says that nothing is missing. */
	if (!str_ends(text, S("\n")))
		return false;
	while (text.n && str_split(&text, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (out->n == FETCH_RECORD_MAX || !str_cut(line, ' ', &name, &value))
			return false;
		fetch_record_set(out, arena_strz(a, name), arena_str(a, value));
	}
	return true;
}

bool fetch_record_print(const struct fetch_record *r, struct buf *b)
{
	for (size_t i = 0; i < r->n; i++) {
		if (str_chr(r->v[i].value, '\n') >= 0)
			return false;
		buf_printf(b, "%s ", r->v[i].name);
		buf_puts(b, r->v[i].value);
		buf_putc(b, '\n');
	}
	return true;
}

errint fetch_lock(const char *path, struct str url, struct report *report, int *fd, struct err *err)
{
	char *lock CLEANUP_FREE = xasprintf("%s.lock", path);
	char *z CLEANUP_FREE = str_dupz(url);
	char *shown CLEANUP_FREE = url_shown(z);
	ERR(busy);

	*fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return err_sys(err, "cannot open the lock '%s'", lock);
	if (!fd_lock(*fd, true, true, &busy))
		return 0;
	report_msg(report, REPORT_NOTE, "waiting for another process to finish fetching '%s'",
		   shown);
	return fd_lock(*fd, true, false, err);
}

bool fetch_cache_find(const char *dir, struct str key, struct arena *a, struct fetch_record *out)
{
	char *path CLEANUP_FREE = record_path(dir, key);
	struct fetch_record r = {0};
	BUF(text, LIMIT_SMALL_FILE);
	struct stat st;
	ERR(ignored);

	if (lstat(path, &st) || file_read(AT_FDCWD, path, &text, &ignored) ||
	    !fetch_record_parse(buf_str(&text), a, &r))
		return false;
	r.age = MAX(clock_unix() - (int64_t)st.st_mtime, 0);
	*out = r;
	return true;
}

void fetch_cache_put(const char *dir, struct str key, const struct fetch_record *r)
{
	char *path CLEANUP_FREE = record_path(dir, key);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(ignored);

	if (!fetch_record_print(r, &text) || buf_check(&text, "record", &ignored) ||
	    mkdir_p(AT_FDCWD, dir, 0755, &ignored))
		return;
	(void)!file_write(AT_FDCWD, path, buf_str(&text), 0644, 0, &ignored);
}
