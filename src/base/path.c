/* SPDX-License-Identifier: MIT
 *
 * Paths as text: no disk is asked, so `a/..` is the empty path even where `a` is a symlink. */
#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct str path_base(struct str path)
{
	ptrdiff_t at = str_rchr(path, '/');

	return at < 0 ? path : str_skip(path, (size_t)at + 1);
}

struct str path_dir(struct str path)
{
	ptrdiff_t at = str_rchr(path, '/');

	if (at < 0)
		return S(".");
	return str_n(path.p, at == 0 ? 1 : (size_t)at);
}

char *path_clean(struct str path)
{
	char *out = xmalloc(path.n + 2);
	size_t n = 0;
	struct str piece;

	BUG_ON(path.n == 0 || path.p[0] != '/');
	while (str_split(&path, '/', &piece)) {
		if (piece.n == 0 || str_eq(piece, S(".")))
			continue;
		if (str_eq(piece, S(".."))) {
			while (n > 0 && out[--n] != '/')
				;
			continue;
		}
		out[n++] = '/';
		memcpy(out + n, piece.p, piece.n);
		n += piece.n;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

errint path_absolute(struct str path, char **out, struct err *err)
{
	if (str_starts(path, S("/"))) {
		*out = path_clean(path);
		return 0;
	}
	char *cwd CLEANUP_FREE = getcwd(NULL, 0);

	if (!cwd)
		return err_sys(err, "cannot tell the working folder");
	char *joined CLEANUP_FREE = path_join(str_c(cwd), path);

	*out = path_clean(str_c(joined));
	return 0;
}

char *path_join(struct str a, struct str b)
{
	while (a.n && b.n && b.p[0] == '/')
		b = str_skip(b, 1);
	bool slash = a.n && b.n && a.p[a.n - 1] != '/';

	return xasprintf("%.*s%s%.*s", STR_ARG(a), slash ? "/" : "", STR_ARG(b));
}
