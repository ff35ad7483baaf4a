/* SPDX-License-Identifier: MIT
 *
 * Two methods, one call. */
#include "store/path_hash.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "store/nar.h"

errint path_hash(const char *path, bool flat, enum hash_algo algo, struct hash *out,
		 struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(algo, NULL);
	struct stat st;
	errint rc;

	if (!flat) {
		rc = nar_dump(AT_FDCWD, path, &sink.sink, NULL, NULL, err);
		if (!rc)
			hash_sink_finish(&sink, out);
		return rc;
	}
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(err, "opening '%s'", path);
	if (fstat(fd, &st))
		return err_sys(err, "reading '%s'", path);
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_FAILED, "'%s' is not a regular file", path);
		return err_hint(err, "the hash of a folder is that of its NAR: without --flat, or "
				     "'nix hash path'");
	}
	rc = hash_fd(algo, fd, out, err);
	return rc ? err_wrap(err, "hashing '%s'", path) : 0;
}
