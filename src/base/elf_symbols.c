/* SPDX-License-Identifier: MIT
 *
 * The reader of dynamic symbols. How many there are stands nowhere that the loader reads: the
 * section of them tells, or SysV's hash table, or the place of their strings, which linkers put
 * right behind them. */
#include "base/elf_symbols.h"

#include <sys/stat.h>
#include "base/elf_int.h"

enum {
	MAX_SYMBOLS = 4 << 20,
	MAX_CHAIN = 1 << 16,
	VERSION_MASK = 0x7fff, /* of DT_VERSYM; the rest of the bits says hidden */
};

struct elf_symbols {
	struct elf_reader r;
	/* file offsets; 0 without one */
	uint64_t symtab, strtab, strtab_end, versym, hash, gnu_hash;
	uint64_t n;    /* 0: nobody tells */
	uint64_t size; /* of the file */
	/* the head of DT_GNU_HASH */
	uint32_t n_buckets, first, n_bloom, shift;
};

static errint place(struct elf_symbols *t, uint64_t addr, uint64_t *at, struct err *err)
{
	uint64_t limit;

	return addr ? elf_to_offset(&t->r, addr, at, &limit, err) : 0;
}

static errint places(struct elf_symbols *t, const Elf64_Dyn *dyn, size_t n, struct err *err)
{
	uint64_t size = 0, limit = 0;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		uint64_t addr = dyn[i].d_un.d_ptr;

		if (dyn[i].d_tag == DT_SYMTAB)
			rc = place(t, addr, &t->symtab, err);
		else if (dyn[i].d_tag == DT_STRTAB)
			rc = elf_to_offset(&t->r, addr, &t->strtab, &limit, err);
		else if (dyn[i].d_tag == DT_STRSZ)
			size = addr;
		else if (dyn[i].d_tag == DT_VERSYM)
			rc = place(t, addr, &t->versym, err);
		else if (dyn[i].d_tag == DT_HASH)
			rc = place(t, addr, &t->hash, err);
		else if (dyn[i].d_tag == DT_GNU_HASH)
			rc = place(t, addr, &t->gnu_hash, err);
	}
	if (rc)
		return rc;
	t->strtab_end = MIN(size > limit - t->strtab ? limit : t->strtab + size, t->size);
	if (t->strtab > t->strtab_end)
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: its names lie outside");
	return 0;
}

/* By SHT_DYNSYM. A table that is not there, or broken, tells nothing. */
static uint64_t count_by_section(const struct elf_symbols *t, const Elf64_Ehdr *eh)
{
	Elf64_Shdr sh;
	ERR(ignored);

	if (eh->e_shentsize != sizeof(sh))
		return 0;
	for (unsigned i = 0; i < eh->e_shnum; i++) {
		if (elf_read_at(t->r.fd, eh->e_shoff + i * sizeof(sh), &sh, sizeof(sh), &ignored))
			return 0;
		if (sh.sh_type == SHT_DYNSYM && sh.sh_offset == t->symtab)
			return sh.sh_size / sizeof(Elf64_Sym);
	}
	return 0;
}

static errint count(struct elf_symbols *t, const Elf64_Ehdr *eh, struct err *err)
{
	uint32_t head[2];

	t->n = count_by_section(t, eh);
	if (!t->n && t->hash) {
		errint rc = elf_read_at(t->r.fd, t->hash, head, sizeof(head), err);
		if (rc)
			return rc;
		t->n = head[1];
	}
	if (!t->n && t->strtab > t->symtab)
		t->n = (t->strtab - t->symtab) / sizeof(Elf64_Sym);
	if (t->n > MAX_SYMBOLS || t->n * sizeof(Elf64_Sym) > t->size)
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: %llu dynamic symbols",
			       (unsigned long long)t->n);
	return 0;
}

static errint read_gnu_head(struct elf_symbols *t, struct err *err)
{
	uint32_t head[4];

	if (!t->gnu_hash)
		return 0;
	errint rc = elf_read_at(t->r.fd, t->gnu_hash, head, sizeof(head), err);
	if (rc)
		return rc;
	t->n_buckets = head[0];
	t->first = head[1];
	t->n_bloom = head[2];
	t->shift = head[3];
	if (!t->n_buckets || !t->n_bloom || t->shift > 31)
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: an empty hash table");
	return 0;
}

static errint read_tables(struct elf_symbols *t, const Elf64_Ehdr *eh, bool *there, struct err *err)
{
	Elf64_Dyn *dyn = NULL;
	size_t n = 0;
	errint rc = elf_read_headers(&t->r, eh, err);

	for (size_t i = 0; !rc && !dyn && i < t->r.n_ph; i++)
		if (t->r.ph[i].p_type == PT_DYNAMIC)
			rc = elf_read_dynamic(&t->r, &t->r.ph[i], &dyn, &n, err);
	if (!rc)
		rc = places(t, dyn, n, err);
	*there = t->symtab && t->strtab;
	if (rc || !*there)
		return rc;
	rc = read_gnu_head(t, err);
	return rc ? rc : count(t, eh, err);
}

errint elf_symbols_open(int fd, struct arena *a, struct elf_symbols **out, struct err *err)
{
	struct elf_symbols *t = ARENA_NEW(a, struct elf_symbols);
	Elf64_Ehdr eh;
	struct stat st;
	bool there;
	ERR(short_file);

	t->r = (struct elf_reader){.fd = fd, .a = a};
	*out = NULL;
	if (fstat(fd, &st))
		return err_sys(err, "reading an ELF object");
	t->size = (uint64_t)st.st_size;
	if (elf_read_at(fd, 0, &eh, sizeof(eh), &short_file))
		return short_file.code == ERR_CORRUPT ? 0 : err_move(err, &short_file);
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_ident[EI_DATA] != ELFDATA2LSB)
		return 0;
	errint rc = read_tables(t, &eh, &there, err);
	if (rc)
		return rc;
	*out = there ? t : NULL;
	return 0;
}

static bool is_wanted(const Elf64_Sym *sym, uint16_t version)
{
	return sym->st_shndx == SHN_UNDEF && sym->st_name &&
	       ELF64_ST_BIND(sym->st_info) == STB_GLOBAL && (version & VERSION_MASK) <= 1;
}

static errint read_names(struct elf_symbols *t, const Elf64_Sym *syms, const uint16_t *versions,
			 struct str **out, size_t *n_out, struct err *err)
{
	uint64_t size = t->strtab_end - t->strtab;
	struct str *v;
	size_t n = 0;

	char *names CLEANUP_FREE = xmalloc(size + 1);
	errint rc = elf_read_at(t->r.fd, t->strtab, names, size, err);
	if (rc)
		return rc;
	names[size] = '\0';
	v = ARENA_ARRAY(t->r.a, struct str, t->n);
	for (uint64_t i = 0; i < t->n; i++)
		if (is_wanted(&syms[i], versions ? versions[i] : 1) && syms[i].st_name < size)
			v[n++] = arena_str(t->r.a, str_c(names + syms[i].st_name));
	*out = v;
	*n_out = n;
	return 0;
}

errint elf_symbols_wanted(struct elf_symbols *t, struct str **out, size_t *n, struct err *err)
{
	Elf64_Sym *syms CLEANUP_FREE = xcalloc(t->n + 1, sizeof(*syms));
	uint16_t *versions CLEANUP_FREE = NULL;
	errint rc = elf_read_at(t->r.fd, t->symtab, syms, t->n * sizeof(*syms), err);

	if (!rc && t->versym) {
		versions = xcalloc(t->n + 1, sizeof(*versions));
		rc = elf_read_at(t->r.fd, t->versym, versions, t->n * sizeof(*versions), err);
	}
	return rc ? rc : read_names(t, syms, versions, out, n, err);
}

/* Is that symbol the name, and defined here? */
static errint is_it(struct elf_symbols *t, uint64_t i, struct str name, bool *out, struct err *err)
{
	Elf64_Sym sym;
	char *text CLEANUP_FREE = xmalloc(name.n + 1);

	errint rc = elf_read_at(t->r.fd, t->symtab + i * sizeof(sym), &sym, sizeof(sym), err);
	if (rc)
		return rc;
	*out = false;
	if (sym.st_shndx == SHN_UNDEF || sym.st_name >= t->strtab_end - t->strtab ||
	    t->strtab_end - t->strtab - sym.st_name <= name.n)
		return 0;
	rc = elf_read_at(t->r.fd, t->strtab + sym.st_name, text, name.n + 1, err);
	if (rc)
		return rc;
	*out = memcmp(text, name.p, name.n) == 0 && text[name.n] == '\0';
	return 0;
}

static errint find_gnu(struct elf_symbols *t, struct str name, bool *out, struct err *err)
{
	uint32_t hash = 5381, bucket, row;
	uint64_t word, bloom = t->gnu_hash + 16, buckets = bloom + 8ull * t->n_bloom,
		       chains = buckets + 4ull * t->n_buckets;

	for (size_t i = 0; i < name.n; i++)
		hash = hash * 33 + (unsigned char)name.p[i];
	errint rc = elf_read_at(t->r.fd, bloom + 8ull * (hash / 64 % t->n_bloom), &word, 8, err);
	if (rc)
		return rc;
	if (!(word >> (hash % 64) & word >> ((hash >> t->shift) % 64) & 1))
		return 0;
	rc = elf_read_at(t->r.fd, buckets + 4ull * (hash % t->n_buckets), &bucket, 4, err);
	if (rc || bucket < t->first)
		return rc;
	for (uint32_t i = bucket; i - bucket < MAX_CHAIN; i++) {
		rc = elf_read_at(t->r.fd, chains + 4ull * (i - t->first), &row, 4, err);
		if (!rc && (row | 1) == (hash | 1))
			rc = is_it(t, i, name, out, err);
		if (rc || *out || row & 1)
			return rc;
	}
	return err_set(err, ERR_CORRUPT, "not a valid ELF object: a hash chain without end");
}

static uint32_t sysv_hash(struct str name)
{
	uint32_t h = 0;

	for (size_t i = 0; i < name.n; i++) {
		h = (h << 4) + (unsigned char)name.p[i];
		h ^= (h & 0xf0000000) >> 24;
		h &= 0x0fffffff;
	}
	return h;
}

static errint find_sysv(struct elf_symbols *t, struct str name, bool *out, struct err *err)
{
	uint32_t head[2], i;
	errint rc = elf_read_at(t->r.fd, t->hash, head, sizeof(head), err);

	if (rc || !head[0])
		return rc;
	rc = elf_read_at(t->r.fd, t->hash + 8 + 4ull * (sysv_hash(name) % head[0]), &i, 4, err);
	for (unsigned steps = 0; !rc && i && steps < MAX_CHAIN; steps++) {
		rc = is_it(t, i, name, out, err);
		if (rc || *out)
			return rc;
		rc = elf_read_at(t->r.fd, t->hash + 8 + 4ull * head[0] + 4ull * i, &i, 4, err);
	}
	return rc;
}

errint elf_symbols_has(struct elf_symbols *t, struct str name, bool *out, struct err *err)
{
	*out = false;
	if (t->gnu_hash)
		return find_gnu(t, name, out, err);
	return t->hash ? find_sysv(t, name, out, err) : 0;
}
