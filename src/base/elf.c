/* SPDX-License-Identifier: MIT
 *
 * The reader of ELF objects. It follows program headers only: section headers may be stripped, and
 * the loader does not look at them either. */
#include "base/elf.h"

#include <errno.h>
#include <unistd.h>
#include "base/elf_int.h"

enum {
	MAX_PROGRAM_HEADERS = 512,
	MAX_DYNAMIC = 16384,
	MAX_STRING = 1 << 16,
};

errint elf_read_at(int fd, uint64_t at, void *p, size_t n, struct err *err)
{
	size_t done = 0;

	if (at > INT64_MAX - n)
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: an offset is too large");
	while (done < n) {
		ssize_t got = pread(fd, (char *)p + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "reading an ELF object");
		if (got == 0)
			return err_set(err, ERR_CORRUPT,
				       "not a valid ELF object: it ends before offset %llu",
				       (unsigned long long)(at + n));
		done += (size_t)got;
	}
	return 0;
}

/* A NUL terminated string that ends before `limit`. */
errint elf_read_string(struct elf_reader *r, uint64_t at, uint64_t limit, struct str *out,
		       struct err *err)
{
	char chunk[256];
	size_t n = 0;
	char *text = NULL;
	errint rc;

	while (n < MAX_STRING && at + n < limit) {
		size_t want = MIN(sizeof(chunk), (size_t)(limit - at - n));
		char *end;
		char *bigger;

		rc = elf_read_at(r->fd, at + n, chunk, want, err);
		if (rc)
			return rc;
		end = memchr(chunk, '\0', want);
		want = end ? (size_t)(end - chunk) : want;
		bigger = arena_alloc(r->a, n + want + 1);
		if (n)
			memcpy(bigger, text, n);
		memcpy(bigger + n, chunk, want);
		text = bigger;
		n += want;
		text[n] = '\0';
		if (end) {
			*out = str_n(text, n);
			return 0;
		}
	}
	return err_set(err, ERR_CORRUPT, "not a valid ELF object: a string without end");
}

/* Virtual address to file offset; *limit is where the segment's file bytes end. */
errint elf_to_offset(const struct elf_reader *r, uint64_t addr, uint64_t *at, uint64_t *limit,
		     struct err *err)
{
	for (size_t i = 0; i < r->n_ph; i++) {
		const Elf64_Phdr *ph = &r->ph[i];

		if (ph->p_type != PT_LOAD || addr < ph->p_vaddr ||
		    addr - ph->p_vaddr >= ph->p_filesz)
			continue;
		*at = ph->p_offset + (addr - ph->p_vaddr);
		*limit = ph->p_offset + ph->p_filesz;
		return 0;
	}
	return err_set(err, ERR_CORRUPT, "not a valid ELF object: address %#llx is in no segment",
		       (unsigned long long)addr);
}

/* The dynamic entries up to DT_NULL. */
errint elf_read_dynamic(struct elf_reader *r, const Elf64_Phdr *ph, Elf64_Dyn **out, size_t *n_out,
			struct err *err)
{
	size_t n = ph->p_filesz / sizeof(Elf64_Dyn);
	Elf64_Dyn *dyn;

	if (n > MAX_DYNAMIC)
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: %zu dynamic entries", n);
	dyn = ARENA_ARRAY(r->a, Elf64_Dyn, n + 1);
	errint rc = n ? elf_read_at(r->fd, ph->p_offset, dyn, n * sizeof(*dyn), err) : 0;
	if (rc)
		return rc;
	for (*n_out = 0; *n_out < n && dyn[*n_out].d_tag != DT_NULL; (*n_out)++)
		;
	*out = dyn;
	return 0;
}

static errint dynamic_strings(struct elf_reader *r, const Elf64_Dyn *dyn, size_t n,
			      struct elf_info *out, struct err *err)
{
	uint64_t table = 0, size = 0, at, limit;
	size_t needed = 0;

	for (size_t i = 0; i < n; i++) {
		if (dyn[i].d_tag == DT_STRTAB)
			table = dyn[i].d_un.d_ptr;
		else if (dyn[i].d_tag == DT_STRSZ)
			size = dyn[i].d_un.d_val;
		else if (dyn[i].d_tag == DT_NEEDED)
			needed++;
	}
	if (!table)
		return 0;
	errint rc = elf_to_offset(r, table, &at, &limit, err);
	if (rc)
		return rc;
	limit = MIN(limit, size > limit - at ? limit : at + size);
	out->needed = ARENA_ARRAY(r->a, struct str, needed + 1);
	for (size_t i = 0; i < n; i++) {
		struct str *to = dyn[i].d_tag == DT_NEEDED    ? &out->needed[out->n_needed]
				 : dyn[i].d_tag == DT_SONAME  ? &out->soname
				 : dyn[i].d_tag == DT_RPATH   ? &out->rpath
				 : dyn[i].d_tag == DT_RUNPATH ? &out->runpath
							      : NULL;

		if (!to)
			continue;
		if (dyn[i].d_un.d_val >= limit - at)
			return err_set(err, ERR_CORRUPT,
				       "not a valid ELF object: a string outside its table");
		rc = elf_read_string(r, at + dyn[i].d_un.d_val, limit, to, err);
		if (rc)
			return rc;
		out->n_needed += dyn[i].d_tag == DT_NEEDED;
	}
	return 0;
}

static errint read_segments(struct elf_reader *r, uint64_t table, struct elf_info *out,
			    struct err *err)
{
	for (size_t i = 0; i < r->n_ph; i++) {
		const Elf64_Phdr *ph = &r->ph[i];
		Elf64_Dyn *dyn = NULL;
		size_t n = 0;
		errint rc;

		if (ph->p_type == PT_GNU_STACK) {
			out->stack_flags = table + i * sizeof(*ph) + offsetof(Elf64_Phdr, p_flags);
			out->exec_stack = ph->p_flags & PF_X;
		} else if (ph->p_type == PT_INTERP) {
			rc = elf_read_string(r, ph->p_offset, ph->p_offset + ph->p_filesz,
					     &out->interp, err);
			if (rc)
				return rc;
		} else if (ph->p_type == PT_DYNAMIC && !out->dynamic) {
			out->dynamic = true;
			rc = elf_read_dynamic(r, ph, &dyn, &n, err);
			if (!rc)
				rc = dynamic_strings(r, dyn, n, out, err);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static bool check_loads(const struct elf_reader *r)
{
	for (size_t i = 0; i < r->n_ph; i++)
		if (r->ph[i].p_offset > INT64_MAX ||
		    r->ph[i].p_filesz > INT64_MAX - r->ph[i].p_offset)
			return false;
	return true;
}

errint elf_read_headers(struct elf_reader *r, const Elf64_Ehdr *eh, struct err *err)
{
	if (!eh->e_phnum)
		return 0;
	if (eh->e_phentsize != sizeof(Elf64_Phdr) || eh->e_phnum > MAX_PROGRAM_HEADERS)
		return err_set(err, ERR_CORRUPT,
			       "not a valid ELF object: %u program headers of %u bytes",
			       eh->e_phnum, eh->e_phentsize);
	r->n_ph = eh->e_phnum;
	r->ph = ARENA_ARRAY(r->a, Elf64_Phdr, r->n_ph);
	errint rc = elf_read_at(r->fd, eh->e_phoff, r->ph, r->n_ph * sizeof(*r->ph), err);
	if (rc)
		return rc;
	if (!check_loads(r))
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: a segment is too large");
	return 0;
}

errint elf_read(int fd, struct arena *a, struct elf_info *out, struct err *err)
{
	struct elf_reader r = {.fd = fd, .a = a};
	struct elf_info info = {.interp = S(""), .soname = S(""), .rpath = S(""), .runpath = S("")};
	Elf64_Ehdr eh;
	ssize_t got = pread(fd, &eh, sizeof(eh), 0);
	errint rc;

	if (got < 0)
		return err_sys(err, "reading an ELF object");
	info.elf = got >= SELFMAG && memcmp(eh.e_ident, ELFMAG, SELFMAG) == 0;
	if (!info.elf) {
		*out = info;
		return 0;
	}
	if (got < EI_NIDENT)
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: its head is cut off");
	info.foreign = eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB;
	if (info.foreign) {
		*out = info;
		return 0;
	}
	if (got < (ssize_t)sizeof(eh))
		return err_set(err, ERR_CORRUPT, "not a valid ELF object: its head is cut off");
	info.type = eh.e_type;
	info.machine = eh.e_machine;
	rc = elf_read_headers(&r, &eh, err);
	if (!rc)
		rc = read_segments(&r, eh.e_phoff, &info, err);
	if (rc)
		return rc;
	*out = info;
	return 0;
}

errint elf_clear_exec_stack(int fd, const struct elf_info *info, struct err *err)
{
	uint32_t flags;

	BUG_ON(!info->stack_flags);
	errint rc = elf_read_at(fd, info->stack_flags, &flags, sizeof(flags), err);
	if (rc)
		return rc;
	flags &= ~(uint32_t)PF_X;
	if (pwrite(fd, &flags, sizeof(flags), (off_t)info->stack_flags) != sizeof(flags))
		return err_sys(err, "clearing the executable stack flag");
	return 0;
}
