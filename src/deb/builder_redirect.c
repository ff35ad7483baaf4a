/* SPDX-License-Identifier: MIT
 *
 * A string of a program that is too short for a path of the store, and cannot be said by its
 * environment: the longer one is written into what is left of the last page of the read-only
 * segment, and the code and tables that referred to the old one refer to it. x86-64's code names
 * a string by one instruction, lea REG, [rip + distance]. That a length was not compiled in beside
 * it is for the package's test to show. */
#include "deb/deb_int.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

#ifndef SHT_RELR
#define SHT_RELR 19
#endif

enum { PAGE = 4096, LEA_SIZE = 7 };

struct deb_image {
	uint8_t *p;
	size_t n;
	Elf64_Ehdr *eh;
	Elf64_Phdr *ph;
	Elf64_Shdr *sh;
};

static void image_release(struct deb_image *m)
{
	if (m->p)
		munmap(m->p, m->n);
}

static bool inside(const struct deb_image *m, uint64_t at, uint64_t n)
{
	return at <= m->n && n <= m->n - at;
}

static errint check_tables(struct deb_image *m, struct err *err)
{
	m->eh = (Elf64_Ehdr *)m->p;
	if (m->n < sizeof(*m->eh) || memcmp(m->p, ELFMAG, SELFMAG) != 0 ||
	    m->p[EI_CLASS] != ELFCLASS64 || m->eh->e_machine != EM_X86_64)
		return err_set(err, ERR_UNSUPPORTED, "it is no object for x86-64");
	if (m->eh->e_phentsize != sizeof(*m->ph) || m->eh->e_shentsize != sizeof(*m->sh) ||
	    m->eh->e_phoff % 8 || m->eh->e_shoff % 8 ||
	    !inside(m, m->eh->e_phoff, (uint64_t)m->eh->e_phnum * sizeof(*m->ph)) ||
	    !inside(m, m->eh->e_shoff, (uint64_t)m->eh->e_shnum * sizeof(*m->sh)))
		return err_set(err, ERR_CORRUPT, "its headers are not in the file");
	m->ph = (Elf64_Phdr *)(m->p + m->eh->e_phoff);
	m->sh = (Elf64_Shdr *)(m->p + m->eh->e_shoff);
	for (size_t i = 0; i < m->eh->e_phnum; i++)
		if (m->ph[i].p_type == PT_LOAD && !inside(m, m->ph[i].p_offset, m->ph[i].p_filesz))
			return err_set(err, ERR_CORRUPT, "a segment is not in the file");
	return 0;
}

static errint image_open(struct deb_build *b, struct str path, struct deb_image *m, struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(path);
	int fd CLEANUP_FD = openat(b->root, z, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "cannot open '%s'", z);
	if (!S_ISREG(st.st_mode) || !st.st_size)
		return err_set(err, ERR_CORRUPT, "'%s' is no file", z);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "cannot map '%s'", z);
	m->p = p;
	m->n = (size_t)st.st_size;
	return check_tables(m, err) ? err_wrap(err, "'%s'", z) : 0;
}

/* The address of the one string that is text and nothing else. */
static errint find_string(const struct deb_image *m, struct str text, uint64_t *addr,
			  struct err *err)
{
	const uint8_t *found, *again;
	BUF(needle, LIMIT_DEB_TEXT);
	uint64_t at;

	/* a NUL may be in it, too */
	buf_putc(&needle, 0);
	buf_puts(&needle, text);
	buf_putc(&needle, 0);
	errint rc = buf_check(&needle, "a string to redirect", err);
	if (rc)
		return rc;
	found = memmem(m->p, m->n, needle.p, needle.n);
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "there is no string '%.*s'", STR_ARG(text));
	again = memmem(found + 1, m->n - (size_t)(found + 1 - m->p), needle.p, needle.n);
	if (again)
		return err_set(err, ERR_CORRUPT, "there is more than one string '%.*s'",
			       STR_ARG(text));
	at = (uint64_t)(found + 1 - m->p);
	for (size_t i = 0; i < m->eh->e_phnum; i++) {
		const Elf64_Phdr *ph = &m->ph[i];

		if (ph->p_type != PT_LOAD || at < ph->p_offset || at - ph->p_offset >= ph->p_filesz)
			continue;
		*addr = ph->p_vaddr + (at - ph->p_offset);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "the string '%.*s' is not loaded", STR_ARG(text));
}

/* How far the file is free behind `end`, at most to the end of the page. */
static uint64_t free_until(const struct deb_image *m, uint64_t end)
{
	uint64_t limit = MIN((end + PAGE - 1) / PAGE * PAGE, m->n);
	const uint64_t tables[] = {m->eh->e_shoff, m->eh->e_phoff};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (tables[i] >= end)
			limit = MIN(limit, tables[i]);
	for (size_t i = 0; i < m->eh->e_phnum; i++)
		if (m->ph[i].p_filesz && m->ph[i].p_offset >= end)
			limit = MIN(limit, m->ph[i].p_offset);
	for (size_t i = 0; i < m->eh->e_shnum; i++)
		if (m->sh[i].sh_type != SHT_NOBITS && m->sh[i].sh_size && m->sh[i].sh_offset >= end)
			limit = MIN(limit, m->sh[i].sh_offset);
	return limit;
}

/* Is the page that holds addr - 1 this segment's alone? */
static bool page_is_own(const struct deb_image *m, const Elf64_Phdr *own, uint64_t addr)
{
	uint64_t page_end = (addr + PAGE - 1) / PAGE * PAGE;

	for (size_t i = 0; i < m->eh->e_phnum; i++)
		if (m->ph[i].p_type == PT_LOAD && &m->ph[i] != own && m->ph[i].p_vaddr >= addr &&
		    m->ph[i].p_vaddr < page_end)
			return false;
	return true;
}

/* Adds a string behind a read-only segment that has room for it. */
static errint add_string(struct deb_image *m, struct str text, uint64_t *addr, struct err *err)
{
	for (size_t i = 0; i < m->eh->e_phnum; i++) {
		Elf64_Phdr *ph = &m->ph[i];
		uint64_t end = ph->p_offset + ph->p_filesz;

		if (ph->p_type != PT_LOAD || ph->p_flags != PF_R || ph->p_filesz != ph->p_memsz)
			continue;
		if (free_until(m, end) < end + text.n + 1 ||
		    !page_is_own(m, ph, ph->p_vaddr + ph->p_filesz))
			continue;
		memcpy(m->p + end, text.p, text.n);
		m->p[end + text.n] = 0;
		*addr = ph->p_vaddr + ph->p_filesz;
		ph->p_filesz += text.n + 1;
		ph->p_memsz += text.n + 1;
		return 0;
	}
	return err_set(err, ERR_TOO_BIG, "no read-only segment has room for %zu bytes more",
		       text.n + 1);
}

/* lea REG, [rip + distance] in what is run; the count of those that named the old address. */
static size_t redirect_code(struct deb_image *m, const Elf64_Phdr *ph, uint64_t old, uint64_t new)
{
	size_t count = 0;

	for (uint64_t i = 0; i + LEA_SIZE <= ph->p_filesz; i++) {
		uint8_t *p = m->p + ph->p_offset + i;
		uint64_t next = ph->p_vaddr + i + LEA_SIZE;
		int32_t distance;

		if ((p[0] & 0xfb) != 0x48 || p[1] != 0x8d || (p[2] & 0xc7) != 0x05)
			continue;
		memcpy(&distance, p + 3, sizeof(distance));
		if (next + (uint64_t)(int64_t)distance != old)
			continue;
		distance = (int32_t)(new - next);
		memcpy(p + 3, &distance, sizeof(distance));
		count++;
	}
	return count;
}

/* A pointer at an address of the file's data that names the old one. */
static size_t redirect_word(struct deb_image *m, uint64_t addr, uint64_t old, uint64_t new)
{
	for (size_t i = 0; i < m->eh->e_phnum; i++) {
		const Elf64_Phdr *ph = &m->ph[i];
		uint64_t value;
		uint8_t *at;

		if (ph->p_type != PT_LOAD || addr < ph->p_vaddr || ph->p_filesz < sizeof(value) ||
		    addr - ph->p_vaddr > ph->p_filesz - sizeof(value))
			continue;
		at = m->p + ph->p_offset + (addr - ph->p_vaddr);
		memcpy(&value, at, sizeof(value));
		if (value != old)
			return 0;
		memcpy(at, &new, sizeof(new));
		return 1;
	}
	return 0;
}

/* Packed ones: an address, then maps of which of the 63 words behind are pointers, too. */
static size_t redirect_packed(struct deb_image *m, const Elf64_Shdr *sh, uint64_t old, uint64_t new)
{
	uint64_t entry, where = 0;
	size_t count = 0;

	for (uint64_t at = 0; at + sizeof(entry) <= sh->sh_size; at += sizeof(entry)) {
		memcpy(&entry, m->p + sh->sh_offset + at, sizeof(entry));
		if (!(entry & 1)) {
			count += redirect_word(m, entry, old, new);
			where = entry + sizeof(entry);
			continue;
		}
		for (unsigned bit = 1; bit < 64; bit++)
			if (entry >> bit & 1)
				count += redirect_word(m, where + (bit - 1) * sizeof(entry), old,
						       new);
		where += 63 * sizeof(entry);
	}
	return count;
}

/* Pointers in tables, which the loader fills in. */
static size_t redirect_tables(struct deb_image *m, uint64_t old, uint64_t new)
{
	size_t count = 0;

	for (size_t i = 0; i < m->eh->e_shnum; i++) {
		const Elf64_Shdr *sh = &m->sh[i];

		if (!inside(m, sh->sh_offset, sh->sh_size))
			continue;
		if (sh->sh_type == SHT_RELR)
			count += redirect_packed(m, sh, old, new);
		if (sh->sh_type != SHT_RELA)
			continue;
		for (uint64_t at = 0; at + sizeof(Elf64_Rela) <= sh->sh_size;
		     at += sizeof(Elf64_Rela)) {
			Elf64_Rela r;

			memcpy(&r, m->p + sh->sh_offset + at, sizeof(r));
			if (ELF64_R_TYPE(r.r_info) != R_X86_64_RELATIVE ||
			    (uint64_t)r.r_addend != old)
				continue;
			r.r_addend = (int64_t) new;
			memcpy(m->p + sh->sh_offset + at, &r, sizeof(r));
			count++;
		}
	}
	return count;
}

errint deb_rule_redirect(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	struct deb_image m CLEANUP(image_release) = {0};
	uint64_t old, new;
	size_t count;
	errint rc = image_open(b, r->arg[0], &m, err);

	if (!rc)
		rc = find_string(&m, r->arg[1], &old, err);
	if (!rc)
		rc = add_string(&m, r->arg[2], &new, err);
	if (rc)
		return rc;
	count = redirect_tables(&m, old, new);
	for (size_t i = 0; i < m.eh->e_phnum; i++)
		if (m.ph[i].p_type == PT_LOAD && m.ph[i].p_flags & PF_X)
			count += redirect_code(&m, &m.ph[i], old, new);
	if (!count)
		return err_set(err, ERR_NOT_FOUND, "nothing refers to the string '%.*s'",
			       STR_ARG(r->arg[1]));
	deb_log(b, "%zu references to '%.*s' redirected", count, STR_ARG(r->arg[1]));
	return 0;
}
