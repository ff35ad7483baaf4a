/* SPDX-License-Identifier: MIT
 *
 * ELF objects, as relocation reads them. */
#include <sys/mman.h>
#include <unistd.h>

#include "base/elf.h"
#include "base/file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	int fd CLEANUP_FD = memfd_create("fuzz", MFD_CLOEXEC);
	ARENA(a);
	ERR(err);
	struct elf_info info;

	BUG_ON(fd < 0);
	if (fd_write_all(fd, p, n, &err) || elf_read(fd, &a, &info, &err))
		return 0;
	if (!info.elf || info.foreign)
		return 0;
	FUZZ_CHECK(info.n_needed == 0 || info.dynamic);
	FUZZ_CHECK(info.interp.n <= n && info.runpath.n <= n && info.rpath.n <= n);
	return 0;
}
