/* SPDX-License-Identifier: MIT
 *
 * A shared library's tables, and what becomes of them when sections outgrow their places: a new
 * segment at the end of the file holds these sections and those in the way of one more program
 * header; both tables are sorted; addresses in .dynamic and symbols' sections follow. Rules and
 * order are patchelf 0.18's. Whatever is not as a linker writes it is left to that. */
#include "job/patchelf_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "base/file.h"

enum { ALIGNMENT = 8 };

void object_close(struct object *o)
{
	if (o->map)
		munmap(o->map, o->size);
	arena_release(&o->a);
}

char *object_at(struct object *o, uint64_t at, size_t n)
{
	if (at <= o->size && n <= o->size - at)
		return o->map + at;
	if (o->tail && at >= o->tail_at && at - o->tail_at <= o->tail_n &&
	    n <= o->tail_n - (at - o->tail_at))
		return o->tail + (at - o->tail_at);
	return NULL;
}

char *object_change(struct object *o, uint64_t at, size_t n)
{
	char *p = object_at(o, at, n);

	if (!p || o->n_changed == ARRAY_LEN(o->changed))
		return NULL;
	if (p >= o->map && p < o->map + o->size)
		o->changed[o->n_changed++] = (struct object_range){at, n};
	return p;
}

struct object_section *object_find(struct object *o, const char *name)
{
	for (size_t i = 1; i < o->n_s; i++)
		if (str_eqz(o->s[i].name, name))
			return &o->s[i];
	return NULL;
}

char *object_replace(struct object *o, struct object_section *s, size_t n)
{
	const char *old = object_at(o, s->h.sh_offset, s->h.sh_size);

	if (!old || s->h.sh_type == SHT_NOBITS || n < s->h.sh_size)
		return NULL;
	s->bytes = arena_alloc(&o->a, n + 1);
	memcpy(s->bytes, old, s->h.sh_size);
	memset(s->bytes + s->h.sh_size, 0, n - s->h.sh_size);
	s->n = n;
	return s->bytes;
}

/* ---- reading ---- */

/* Names are what sections are found by: each has one of its own. */
static bool read_names(struct object *o)
{
	const Elf64_Shdr *h = &o->s[o->eh->e_shstrndx].h;
	const char *table = object_at(o, h->sh_offset, h->sh_size);

	if (!table || !h->sh_size || table[h->sh_size - 1])
		return false;
	for (size_t i = 0; i < o->n_s; i++) {
		if (o->s[i].h.sh_name >= h->sh_size)
			return false;
		o->s[i].name = str_c(table + o->s[i].h.sh_name);
		if ((i == 0) != (o->s[i].name.n == 0))
			return false;
		for (size_t k = 0; k < i; k++)
			if (str_eq(o->s[k].name, o->s[i].name))
				return false;
	}
	return true;
}

static bool read_sections(struct object *o)
{
	const Elf64_Ehdr *eh = o->eh;
	const Elf64_Shdr *v = (void *)object_at(o, eh->e_shoff, eh->e_shnum * sizeof(*v));

	if (eh->e_shentsize != sizeof(*v) || eh->e_shnum < 2 || eh->e_shnum > OBJECT_SECTIONS ||
	    !eh->e_shstrndx || eh->e_shstrndx >= eh->e_shnum || eh->e_shoff % 8 || !v)
		return false;
	o->n_s = eh->e_shnum;
	for (size_t i = 0; i < o->n_s; i++) {
		Elf64_Shdr *h = &o->s[i].h;

		*h = v[i];
		if (h->sh_link >= o->n_s ||
		    (h->sh_type != SHT_NOBITS && !object_at(o, h->sh_offset, h->sh_size)) ||
		    ((h->sh_type == SHT_REL || h->sh_type == SHT_RELA) && h->sh_info >= o->n_s))
			return false;
	}
	return read_names(o);
}

static bool read_segments(struct object *o)
{
	const Elf64_Ehdr *eh = o->eh;
	const Elf64_Phdr *v = (void *)object_at(o, eh->e_phoff, eh->e_phnum * sizeof(*v));
	size_t tables = 0;

	/* a note of a segment may become a segment */
	if (eh->e_phentsize != sizeof(*v) || eh->e_phoff != sizeof(*eh) || !eh->e_phnum ||
	    eh->e_phnum + eh->e_shnum + 1 > OBJECT_SEGMENTS || !v)
		return false;
	o->n_ph = eh->e_phnum;
	for (size_t i = 0; i < o->n_ph; i++) {
		o->ph[i] = v[i];
		tables += v[i].p_type == PT_PHDR;
		if (v[i].p_type == PT_INTERP || v[i].p_align > 1 << 24 || tables > 1 ||
		    v[i].p_vaddr > INT64_MAX || v[i].p_memsz > INT64_MAX ||
		    v[i].p_offset > INT64_MAX || v[i].p_filesz > INT64_MAX)
			return false;
	}
	return true;
}

bool object_open(struct object *o, int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(Elf64_Ehdr))
		return false;
	o->size = (size_t)st.st_size;
	o->map = mmap(NULL, o->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (o->map == MAP_FAILED) {
		o->map = NULL;
		return false;
	}
	o->eh = (Elf64_Ehdr *)o->map;
	const unsigned char *id = o->eh->e_ident;
	return memcmp(id, ELFMAG, SELFMAG) == 0 && id[EI_CLASS] == ELFCLASS64 &&
	       id[EI_DATA] == ELFDATA2LSB && o->eh->e_type == ET_DYN &&
	       (o->eh->e_machine == EM_X86_64 || o->eh->e_machine == EM_AARCH64) &&
	       read_segments(o) && read_sections(o);
}

/* ---- segments ---- */

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return n ? ((n - 1) / to + 1) * to : to;
}

static uint64_t page_size(const struct object *o)
{
	return o->eh->e_machine == EM_AARCH64 ? 0x10000 : 0x1000;
}

/* A segment of several notes becomes one for each, once one of them moves. */
static bool part_notes(struct object *o)
{
	size_t n = o->n_ph;
	bool moves = false;

	for (size_t i = 1; i < o->n_s; i++)
		moves |= o->s[i].bytes && o->s[i].h.sh_type == SHT_NOTE;
	for (size_t i = 0; moves && i < n; i++) {
		Elf64_Phdr whole = o->ph[i];
		uint64_t at = whole.p_offset, end = at + whole.p_filesz;
		bool empty = true;

		for (size_t k = 0; k < o->n_s; k++)
			empty &= o->s[k].h.sh_offset < at || o->s[k].h.sh_offset >= end;
		while (whole.p_type == PT_NOTE && !empty && at < end) {
			const Elf64_Shdr *note = NULL;

			for (size_t k = 0; !note && k < o->n_s; k++) {
				const Elf64_Shdr *h = &o->s[k].h;
				if (h->sh_type == SHT_NOTE && h->sh_addralign &&
				    h->sh_offset == round_up(at, h->sh_addralign))
					note = h;
			}
			if (!note || !note->sh_size || o->n_ph == OBJECT_SEGMENTS ||
			    note->sh_offset + note->sh_size > end)
				return false;
			/* the first one takes the entry of the whole */
			Elf64_Phdr *p = &o->ph[note->sh_offset == whole.p_offset ? i : o->n_ph++];
			*p = whole;
			p->p_offset = note->sh_offset;
			p->p_vaddr = whole.p_vaddr + (note->sh_offset - whole.p_offset);
			p->p_paddr = whole.p_paddr + (note->sh_offset - whole.p_offset);
			p->p_filesz = p->p_memsz = note->sh_size;
			at = note->sh_offset + note->sh_size;
		}
	}
	return true;
}

/* Maps what is appended: the last segment, where it ends there, or one more. */
static void add_segment(struct object *o, uint64_t address, uint64_t align, size_t needed)
{
	Elf64_Phdr *last = &o->ph[o->n_ph - 1];

	if (last->p_type == PT_LOAD && last->p_flags == (PF_R | PF_W) && last->p_align == align &&
	    round_up(last->p_offset + last->p_memsz, align) == o->tail_at) {
		last->p_filesz = last->p_memsz = o->tail_at + needed - last->p_offset;
		return;
	}
	o->ph[o->n_ph++] = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W,
		.p_offset = o->tail_at,
		.p_vaddr = address,
		.p_paddr = address,
		.p_filesz = needed,
		.p_memsz = needed,
		.p_align = align,
	};
}

/* ---- sections ---- */

/* What is in the way of more program headers: one for what is appended, one for each note. */
static bool replace_first(struct object *o)
{
	size_t notes = 0;

	for (size_t i = 0; i < o->n_s; i++)
		notes += o->s[i].h.sh_type == SHT_NOTE;
	uint64_t end = sizeof(Elf64_Ehdr) + (o->n_ph + notes + 1) * sizeof(Elf64_Phdr);
	for (size_t i = 1; i < o->n_s && o->s[i].h.sh_offset <= end; i++)
		if (!o->s[i].bytes && !object_replace(o, &o->s[i], o->s[i].h.sh_size))
			return false;
	return o->eh->e_shoff >= end;
}

static void move_segment(Elf64_Phdr *p, const Elf64_Shdr *h)
{
	p->p_offset = h->sh_offset;
	p->p_vaddr = p->p_paddr = h->sh_addr;
	p->p_filesz = p->p_memsz = h->sh_size;
}

/* Segments that are a section's own go with it. */
static bool follow(struct object *o, const struct object_section *s, const Elf64_Shdr *old,
		   bool *noted)
{
	uint64_t start = old->sh_offset, end = start + old->sh_size;

	for (size_t i = 0; i < o->n_ph; i++) {
		Elf64_Phdr *p = &o->ph[i];
		uint64_t p_end = p->p_offset + p->p_filesz;

		if (p->p_type == PT_DYNAMIC && str_eqz(s->name, ".dynamic"))
			move_segment(p, &s->h);
		if (p->p_type != PT_NOTE || s->h.sh_type != SHT_NOTE || noted[i] ||
		    (!(start >= p->p_offset && start < p_end) &&
		     !(end > p->p_offset && end <= p_end)))
			continue;
		if (p->p_offset != start || p_end != end)
			return false;
		move_segment(p, &s->h);
		noted[i] = true;
	}
	for (size_t i = 0; i < o->n_ph; i++)
		if (o->ph[i].p_type == PT_GNU_PROPERTY && str_eqz(s->name, ".note.gnu.property"))
			move_segment(&o->ph[i], &s->h);
	return true;
}

/* Each in the order of the table. Old places are filled, so that nothing is found there. */
static bool place_sections(struct object *o, uint64_t address)
{
	bool noted[OBJECT_SEGMENTS] = {false};
	uint64_t at = o->tail_at;

	for (size_t i = 1; i < o->n_s; i++) {
		const Elf64_Shdr *h = &o->s[i].h;
		char *old = o->s[i].bytes ? object_change(o, h->sh_offset, h->sh_size) : NULL;

		if (o->s[i].bytes && !old)
			return false;
		if (old)
			memset(old, 'Z', h->sh_size);
	}
	for (size_t i = 1; i < o->n_s; i++) {
		struct object_section *s = &o->s[i];
		Elf64_Shdr old = s->h;

		if (!s->bytes)
			continue;
		memcpy(o->tail + (at - o->tail_at), s->bytes, s->n);
		s->h.sh_offset = at;
		s->h.sh_addr = address + (at - o->tail_at);
		s->h.sh_size = s->n;
		s->h.sh_addralign = ALIGNMENT;
		if (s->h.sh_type == SHT_NOTE && old.sh_addralign < ALIGNMENT)
			s->h.sh_addralign = old.sh_addralign;
		if (!follow(o, s, &old, noted))
			return false;
		at += round_up(s->n, ALIGNMENT);
	}
	return true;
}

/* ---- tables ---- */

/* Equal ones stay in their order. */
static void sort_segments(struct object *o)
{
	for (size_t i = 1; i < o->n_ph; i++) {
		Elf64_Phdr p = o->ph[i];
		size_t k = i;

		for (; k && o->ph[k - 1].p_type != PT_PHDR &&
		       (p.p_type == PT_PHDR || p.p_paddr < o->ph[k - 1].p_paddr);
		     k--)
			o->ph[k] = o->ph[k - 1];
		o->ph[k] = p;
	}
}

static bool write_segments(struct object *o)
{
	size_t n = o->n_ph * sizeof(*o->ph);
	uint64_t first = 0;

	for (size_t i = 0; i < o->n_ph; i++)
		if (o->ph[i].p_type == PT_PHDR)
			first = o->ph[i].p_vaddr - o->ph[i].p_offset;
	for (size_t i = 0; i < o->n_ph; i++)
		if (o->ph[i].p_type == PT_PHDR) {
			o->ph[i].p_offset = sizeof(*o->eh);
			o->ph[i].p_vaddr = o->ph[i].p_paddr = first + sizeof(*o->eh);
			o->ph[i].p_filesz = o->ph[i].p_memsz = n;
		}
	sort_segments(o);
	o->eh->e_phnum = (Elf64_Half)o->n_ph;
	char *to = object_change(o, sizeof(*o->eh), n);
	if (!to || !object_change(o, 0, sizeof(*o->eh)))
		return false;
	memcpy(to, o->ph, n);
	return true;
}

/* By offset. What names a section by its number is told the new one. */
static bool write_sections(struct object *o)
{
	uint64_t names = o->s[o->eh->e_shstrndx].h.sh_offset;
	size_t was[OBJECT_SECTIONS];
	Elf64_Shdr *to = (void *)object_change(o, o->eh->e_shoff, o->n_s * sizeof(*to));

	for (size_t i = 0; i < o->n_s; i++)
		was[i] = i;
	for (size_t i = 2; i < o->n_s; i++) {
		struct object_section s = o->s[i];
		size_t number = was[i], k = i;

		for (; k > 1 && s.h.sh_offset < o->s[k - 1].h.sh_offset; k--) {
			o->s[k] = o->s[k - 1];
			was[k] = was[k - 1];
		}
		o->s[k] = s;
		was[k] = number;
	}
	for (size_t i = 0; i < o->n_s; i++)
		o->moved[was[i]] = i;
	for (size_t i = 1; to && i < o->n_s; i++) {
		Elf64_Shdr *h = &o->s[i].h;

		h->sh_link = (Elf64_Word)o->moved[h->sh_link];
		if (h->sh_type == SHT_REL || h->sh_type == SHT_RELA)
			h->sh_info = (Elf64_Word)o->moved[h->sh_info];
		if (h->sh_offset == names)
			o->eh->e_shstrndx = (Elf64_Half)i;
		to[i] = *h;
	}
	return to;
}

/* ---- what has addresses and numbers of sections ---- */

/* The section that an entry of .dynamic leads to; "" of none. */
static const char *section_of(struct object *o, uint32_t tag)
{
	static const struct {
		uint32_t tag;
		const char *name;
		bool needed;
	} rows[] = {
		{DT_STRTAB, ".dynstr", true},
		{DT_SYMTAB, ".dynsym", true},
		{DT_HASH, ".hash", true},
		{DT_GNU_HASH, ".gnu.hash", false},
		{DT_JMPREL, ".rela.plt", true},
		{DT_RELA, ".rela.dyn", false},
		{DT_VERNEED, ".gnu.version_r", true},
		{DT_VERSYM, ".gnu.version", true},
	};

	if (tag == DT_JMPREL && object_find(o, ".rel.plt"))
		return ".rel.plt";
	if (tag == DT_REL)
		return object_find(o, ".rel.dyn") ? ".rel.dyn" : "";
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].tag == tag)
			return rows[i].needed || object_find(o, rows[i].name) ? rows[i].name : "";
	return "";
}

static bool renew_dynamic(struct object *o)
{
	const struct object_section *s = object_find(o, ".dynamic"),
				    *text = object_find(o, ".dynstr");
	size_t n = s->h.sh_size / sizeof(Elf64_Dyn);
	Elf64_Dyn *v = (void *)object_change(o, s->h.sh_offset, n * sizeof(*v));

	for (size_t i = 0; v && i < n && v[i].d_tag != DT_NULL; i++) {
		const char *name = section_of(o, (uint32_t)v[i].d_tag);
		const struct object_section *of = *name ? object_find(o, name) : NULL;

		if (*name && !of)
			return false;
		if (of)
			v[i].d_un.d_ptr = of->h.sh_addr;
		if (v[i].d_tag == DT_STRSZ)
			v[i].d_un.d_val = text->h.sh_size;
	}
	return v;
}

static bool renew_symbols(struct object *o, const Elf64_Shdr *h)
{
	size_t n = h->sh_size / sizeof(Elf64_Sym);
	Elf64_Sym *v = (void *)object_at(o, h->sh_offset, n * sizeof(*v));
	bool changed = false;

	if (!v || h->sh_offset % 8)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t old = v[i].st_shndx;

		if (old == SHN_UNDEF || old >= SHN_LORESERVE || old >= o->n_s)
			continue;
		uint64_t value = ELF64_ST_TYPE(v[i].st_info) == STT_SECTION
					 ? o->s[o->moved[old]].h.sh_addr
					 : v[i].st_value;
		if (o->moved[old] == old && value == v[i].st_value)
			continue;
		v[i].st_shndx = (Elf64_Section)o->moved[old];
		v[i].st_value = value;
		changed = true;
	}
	return !changed || object_change(o, h->sh_offset, n * sizeof(*v));
}

bool object_rewrite(struct object *o)
{
	uint64_t address = 0, align = page_size(o);
	size_t needed = 0;

	for (size_t i = 0; i < o->n_ph; i++) {
		address = MAX(address, o->ph[i].p_vaddr + o->ph[i].p_memsz);
		align = MAX(align, o->ph[i].p_align);
	}
	if (!replace_first(o))
		return false;
	for (size_t i = 1; i < o->n_s; i++)
		needed += o->s[i].bytes ? round_up(o->s[i].n, ALIGNMENT) : 0;
	address = round_up(address, align);
	o->tail_at = round_up(o->size, align);
	/* the byte more keeps old readers of ELF from taking the end for a fault */
	o->tail_n = needed + 1;
	o->tail = arena_alloc(&o->a, o->tail_n);
	memset(o->tail, 0, o->tail_n);
	add_segment(o, address, align, needed);
	if (!part_notes(o) || !place_sections(o, address) || !write_segments(o) ||
	    !write_sections(o) || !renew_dynamic(o))
		return false;
	for (size_t i = 1; i < o->n_s; i++)
		if ((o->s[i].h.sh_type == SHT_SYMTAB || o->s[i].h.sh_type == SHT_DYNSYM) &&
		    !renew_symbols(o, &o->s[i].h))
			return false;
	return true;
}

/* ---- writing ---- */

errint object_write(struct object *o, int fd, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < o->n_changed; i++)
		rc = fd_write_at(fd, o->changed[i].at, o->map + o->changed[i].at, o->changed[i].n,
				 err);
	if (!rc && o->tail)
		rc = fd_write_at(fd, o->tail_at, o->tail, o->tail_n, err);
	return rc;
}
