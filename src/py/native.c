/* SPDX-License-Identifier: MIT
 *
 * Telling torch's symbols: C++ names inside of its namespaces, and the prefixes of its C names.
 * They have no versions, which all that a C or C++ library of the system wants has. */
#include "py/native.h"

#include <errno.h>
#include <stdlib.h>
#include "base/elf.h"
#include "base/elf_symbols.h"
#include "base/file.h"
#include "base/json.h"

void native_objects_release(struct native_objects *o)
{
	free(o->v);
	*o = (struct native_objects){0};
}

static bool starts_with_one(struct str s, const struct str *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(s, v[i]))
			return true;
	return false;
}

bool native_is_torch(struct str soname)
{
	static const struct str names[] = {S("libtorch.so"), S("libtorch_"), S("libc10.so"),
					   S("libc10_"), S("libshm.so")};

	return starts_with_one(soname, names, ARRAY_LEN(names));
}

bool native_is_cuda(struct str soname, unsigned *major)
{
	static const struct str names[] = {
		S("libcudart.so"),  S("libcublas"),   S("libcudnn"),    S("libcufft"),
		S("libcurand"),     S("libcusolver"), S("libcusparse"), S("libnvrtc"),
		S("libnvJitLink"),  S("libnccl.so"),  S("libcupti.so"), S("libcufile"),
		S("libnvToolsExt"), S("libnvshmem"),
	};
	ptrdiff_t at = str_find(soname, S(".so."));
	uint64_t number = 0;

	*major = 0;
	if (!starts_with_one(soname, names, ARRAY_LEN(names)))
		return false;
	if (at >= 0) {
		struct str rest = str_skip(soname, (size_t)at + 4), head = rest, tail;

		(void)str_cut(rest, '.', &head, &tail);
		if (str_to_u64(head, &number) && number < 1000)
			*major = (unsigned)number;
	}
	return true;
}

/* Itanium C++ ABI: _Z, what kind of thing (a vtable, type information, …), N for nested names, and
 * the qualifiers of a member function. */
static bool is_torch_symbol(struct str s)
{
	static const struct str kinds[] = {S("TI"), S("TS"), S("TV"), S("TT"), S("GV")};
	static const struct str spaces[] = {S("3c10"), S("2at"), S("5torch"), S("6caffe2")};
	static const struct str plain[] = {S("aoti_torch_"), S("torch_"), S("THP")};

	if (!str_starts(s, S("_Z")))
		return starts_with_one(s, plain, ARRAY_LEN(plain));
	s = str_skip(s, 2);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(s, kinds[i])) {
			s = str_skip(s, 2);
			break;
		}
	/* a function of torch's Python part, in no namespace: _Z16THPVariable_Wrap… */
	struct str plain_name = s;
	while (plain_name.n && plain_name.p[0] >= '0' && plain_name.p[0] <= '9')
		plain_name = str_skip(plain_name, 1);
	if (plain_name.n < s.n && str_starts(plain_name, S("THP")))
		return true;
	if (s.n && s.p[0] == 'N')
		s = str_skip(s, 1);
	while (s.n && strchr("KVrRO", s.p[0]))
		s = str_skip(s, 1);
	return starts_with_one(s, spaces, ARRAY_LEN(spaces));
}

static void keep_needs(struct arena *a, const struct elf_info *info, struct native_object *o)
{
	unsigned major;

	o->needs = ARENA_ARRAY(a, struct str, info->n_needed);
	for (size_t i = 0; i < info->n_needed; i++)
		if (native_is_torch(info->needed[i]) || native_is_cuda(info->needed[i], &major))
			o->needs[o->n_needs++] = info->needed[i];
}

static errint read_object(int fd, struct arena *a, struct native_object *o, struct err *err)
{
	struct elf_info info;
	struct elf_symbols *t;
	struct str *names;
	size_t n;
	errint rc = elf_read(fd, a, &info, err);

	if (rc || !info.elf || info.foreign || !info.dynamic)
		return rc;
	keep_needs(a, &info, o);
	rc = elf_symbols_open(fd, a, &t, err);
	if (rc || !t)
		return rc;
	rc = elf_symbols_wanted(t, &names, &n, err);
	if (rc)
		return rc;
	o->symbols = names;
	for (size_t i = 0; i < n; i++)
		if (is_torch_symbol(names[i]))
			o->symbols[o->n_symbols++] = names[i];
	qsort(o->symbols, o->n_symbols, sizeof(*o->symbols), str_cmp_qsort);
	return 0;
}

errint native_add(int dirfd, const char *path, struct str name, struct arena *a,
		  struct native_objects *io, struct err *err)
{
	int fd CLEANUP_FD = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct native_object o = {0};
	struct stat st;
	ERR(broken);
	ARENA(scratch);

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "opening '%s'", path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	errint rc = read_object(fd, &scratch, &o, &broken);
	if (rc && rc != ERR_CORRUPT)
		return err_move(err, &broken);
	if (rc || (!o.n_needs && !o.n_symbols))
		return 0;
	struct str *texts = ARENA_ARRAY(a, struct str, o.n_needs + o.n_symbols);
	for (size_t i = 0; i < o.n_needs; i++)
		texts[i] = arena_str(a, o.needs[i]);
	for (size_t i = 0; i < o.n_symbols; i++)
		texts[o.n_needs + i] = arena_str(a, o.symbols[i]);
	o.needs = texts;
	o.symbols = texts + o.n_needs;
	o.file = arena_str(a, name);
	ARRAY_GROW(io->v, io->n, io->cap);
	io->v[io->n++] = o;
	return 0;
}

/* Without those that the object at `path` defines. */
static errint drop_defined(int dirfd, const char *path, struct native_object *o, struct err *err)
{
	int fd CLEANUP_FD = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	struct elf_symbols *t;
	size_t n = 0;
	ARENA(a);

	if (fd < 0)
		return err_sys(err, "opening '%s'", path);
	errint rc = elf_symbols_open(fd, &a, &t, err);
	if (rc || !t)
		return rc;
	for (size_t i = 0; i < o->n_symbols; i++) {
		bool defined;

		rc = elf_symbols_has(t, o->symbols[i], &defined, err);
		if (rc)
			return rc;
		if (!defined)
			o->symbols[n++] = o->symbols[i];
	}
	o->n_symbols = n;
	return 0;
}

/* Every object here is linked against slots, so that only these can define such names. */
errint native_settle(int dirfd, struct arena *a, struct native_objects *io, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < io->n; i++)
		for (size_t k = 0; k < io->n; k++) {
			errint rc = i == k || !io->v[i].n_symbols
					    ? 0
					    : drop_defined(dirfd, arena_strz(a, io->v[k].file),
							   &io->v[i], err);
			if (rc)
				return rc;
		}
	for (size_t i = 0; i < io->n; i++)
		if (io->v[i].n_needs || io->v[i].n_symbols)
			io->v[n++] = io->v[i];
	io->n = n;
	return 0;
}

static void print_list(struct buf *out, const char *key, const struct str *v, size_t n)
{
	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < n; i++) {
		buf_putz(out, i ? "," : "");
		json_put_str(out, v[i]);
	}
	buf_putc(out, ']');
}

void native_print(const struct native_objects *o, struct buf *out)
{
	buf_putz(out, "{\"version\":1,\"objects\":[");
	for (size_t i = 0; i < o->n; i++) {
		buf_putz(out, i ? ",\n{\"file\":" : "\n{\"file\":");
		json_put_str(out, o->v[i].file);
		print_list(out, "needs", o->v[i].needs, o->v[i].n_needs);
		print_list(out, "symbols", o->v[i].symbols, o->v[i].n_symbols);
		buf_putc(out, '}');
	}
	buf_putz(out, "\n]}\n");
}

static errint parse_object(struct arena *a, struct str text, struct native_object *o,
			   struct err *err)
{
	struct json_member *m;
	size_t n;
	errint rc = json_members(a, text, &m, &n, err);

	if (rc)
		return rc;
	const struct str *file = json_find(m, n, S("file"));
	if (!file)
		return err_set(err, ERR_CORRUPT, "an object has no 'file'");
	rc = json_string(a, *file, &o->file, err);
	if (!rc)
		rc = json_strings(a, json_find(m, n, S("needs")), &o->needs, &o->n_needs, err);
	return rc ? rc
		  : json_strings(a, json_find(m, n, S("symbols")), &o->symbols, &o->n_symbols, err);
}

errint native_parse(struct arena *a, struct str text, struct native_objects *io, struct err *err)
{
	struct json_member *m;
	struct str *items;
	size_t n;
	errint rc = json_members(a, text, &m, &n, err);

	if (rc)
		return rc;
	const struct str *objects = json_find(m, n, S("objects"));
	if (!objects)
		return err_set(err, ERR_CORRUPT, "there is no 'objects'");
	rc = json_items(a, *objects, &items, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		struct native_object o = {0};

		rc = parse_object(a, items[i], &o, err);
		if (rc)
			return rc;
		ARRAY_GROW(io->v, io->n, io->cap);
		io->v[io->n++] = o;
	}
	return rc;
}
