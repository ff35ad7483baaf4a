/* SPDX-License-Identifier: MIT
 *
 * Under which licence a Python project's file is: as the set knows it, else as the file says
 * itself. */
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "py/peek.h"
#include "vendor/vendor_int.h"

void licenses_read(struct session *s, struct arena *a, struct licenses *out)
{
	BUF(text, LIMIT_JSON_TEXT);
	const char *data;
	struct json_member *v;
	size_t n;
	ERR(ignored);

	*out = (struct licenses){.a = a};
	if (session_data_dir(s, &data, &ignored))
		return;
	char *path CLEANUP_FREE = path_join(str_c(data), S("pkgs/python/about.json"));
	if (file_read(AT_FDCWD, path, &text, &ignored) ||
	    json_members(a, arena_str(a, buf_str(&text)), &v, &n, &ignored))
		return;
	const struct str *packages = json_find(v, n, S("packages"));
	if (packages && json_members(a, *packages, &v, &n, &ignored) == 0) {
		out->about = v;
		out->n = n;
	}
}

struct str license_of(const struct licenses *l, struct str purl)
{
	struct str project, version, license = S("");
	struct json_member *v;
	const struct str *about;
	size_t n;
	ERR(ignored);

	if (!str_starts(purl, S("pkg:pypi/")) ||
	    !str_cut(str_skip(purl, S("pkg:pypi/").n), '@', &project, &version))
		return license;
	about = json_find(l->about, l->n, project);
	if (!about || json_members(l->a, *about, &v, &n, &ignored))
		return license;
	about = json_find(v, n, S("license"));
	if (about && json_string(l->a, *about, &license, &ignored))
		return S("");
	return license;
}

struct str license_in(const struct licenses *l, int folder, const struct source_entry *e)
{
	char *name CLEANUP_FREE = str_dupz(e->file);
	bool wheel = str_ends(e->file, S(".whl"));
	struct wheel_metadata m = {.license = S("")};
	struct py_names build = {0};
	ERR(ignored); /* a file that cannot be read tells no licence */

	if (!e->file.n || e->kind != SOURCE_FILE || !str_starts(e->purl, S("pkg:pypi/")))
		return S("");
	int fd CLEANUP_FD = openat(folder, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || peek_metadata(fd, !wheel, l->a, &m, &build, &ignored) ||
	    str_eqz(m.license, "UNKNOWN"))
		return S("");
	return m.license;
}
