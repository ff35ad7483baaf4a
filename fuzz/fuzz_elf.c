/* SPDX-License-Identifier: MIT
 *
 * ELF objects, as relocation reads them, and their symbols. */
#include <sys/mman.h>
#include <unistd.h>

#include "base/elf.h"
#include "base/elf_symbols.h"
#include "base/file.h"
#include "fuzz.h"

/* What it wants is looked up in itself, as a table that could have it. */
static void symbols(int fd, struct arena *a, size_t size)
{
	struct elf_symbols *t;
	struct str *names;
	size_t n;
	bool has;
	ERR(err);

	if (elf_symbols_open(fd, a, &t, &err) || !t || elf_symbols_wanted(t, &names, &n, &err))
		return;
	FUZZ_CHECK(n <= size);
	for (size_t i = 0; i < n && i < 16; i++)
		if (elf_symbols_has(t, names[i], &has, &err))
			err_clear(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd CLEANUP_FD = memfd_create("fuzz", MFD_CLOEXEC);
	ARENA(a);
	ERR(err);
	struct elf_info info;

	BUG_ON(fd < 0);
	if (fd_write_all(fd, p, n, &err))
		return 0;
	symbols(fd, &a, n);
	if (elf_read(fd, &a, &info, &err))
		return 0;
	if (!info.elf || info.foreign)
		return 0;
	FUZZ_CHECK(info.n_needed == 0 || info.dynamic);
	FUZZ_CHECK(info.interp.n <= n && info.runpath.n <= n && info.rpath.n <= n);
	return 0;
}
