/* SPDX-License-Identifier: MIT
 *
 * torch's libraries, each once, whatever links lead to it. */
#include "slot/torch.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/elf.h"
#include "base/elf_symbols.h"
#include "base/file.h"

struct torch_library {
	int fd;
	dev_t device;
	ino_t inode;
	struct str soname;
	struct elf_symbols *symbols; /* or NULL */
};

struct torch_libraries {
	struct torch_library *v;
	size_t n, cap;
	struct arena a;
};

void torch_close(struct torch_libraries *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		close(t->v[i].fd);
	free(t->v);
	arena_release(&t->a);
	free(t);
}

void torch_cleanup(struct torch_libraries **t)
{
	torch_close(*t);
}

static bool is_known(const struct torch_libraries *t, const struct stat *st)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].device == st->st_dev && t->v[i].inode == st->st_ino)
			return true;
	return false;
}

/* Installers that save room leave links to files elsewhere. */
static errint add(struct torch_libraries *t, const char *folder, struct str name, struct err *err)
{
	const char *path = arena_printf(&t->a, "%s/%.*s", folder, STR_ARG(name));
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct elf_info info;
	struct torch_library l = {.fd = -1};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || is_known(t, &st))
		return 0;
	errint rc = elf_read(fd, &t->a, &info, err);
	if (rc || !info.elf)
		return rc;
	rc = elf_symbols_open(fd, &t->a, &l.symbols, err);
	if (rc)
		return rc;
	l.soname = info.soname.n ? info.soname : arena_str(&t->a, name);
	l.device = st.st_dev;
	l.inode = st.st_ino;
	ARRAY_GROW(t->v, t->n, t->cap);
	l.fd = STEAL_FD(fd);
	t->v[t->n++] = l;
	return 0;
}

static errint add_folder(struct torch_libraries *t, const char *folder, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(absent);

	if (dir_list(AT_FDCWD, folder, &list, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (!str_ends(name, S(".so")) && str_find(name, S(".so.")) < 0)
			continue;
		errint rc = add(t, folder, name, err);
		if (rc)
			return err_wrap(err, "'%s/%s'", folder, name.p);
	}
	return 0;
}

errint torch_open(const char *module, struct torch_libraries **out, struct err *err)
{
	struct torch_libraries *t CLEANUP(torch_cleanup) = xcalloc(1, sizeof(*t));
	errint rc = add_folder(t, arena_printf(&t->a, "%s/lib", module), err);

	if (!rc)
		rc = add_folder(t, module, err);
	if (rc)
		return rc;
	*out = STEAL(t);
	return 0;
}

errint torch_has(struct torch_libraries *t, struct str symbol, bool *out, struct err *err)
{
	*out = false;
	for (size_t i = 0; i < t->n && !*out; i++) {
		errint rc =
			t->v[i].symbols ? elf_symbols_has(t->v[i].symbols, symbol, out, err) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

bool torch_has_library(const struct torch_libraries *t, struct str soname)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->v[i].soname, soname))
			return true;
	return false;
}
