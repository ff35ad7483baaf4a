/* SPDX-License-Identifier: MIT
 *
 * An archive's content as an output, or for a builder that goes on with it. */
#include "job/builder_unpack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "store/derivation.h"

static errint run(const struct builtin_ctx *ctx, struct err *err)
{
	const struct str *archive = drv_env_find(ctx->drv, S("archive"));
	const struct str *strip = drv_env_find(ctx->drv, S("stripRoot"));
	const struct drv_output *out = drv_output_find(ctx->drv, S("out"));
	int fd CLEANUP_FD = -1;

	if (!archive || !out || ctx->drv->n_outputs != 1)
		return err_set(err, ERR_BUILD,
			       "builtin:kiln-unpack-1 needs the attribute 'archive', and makes "
			       "exactly one output, named 'out'");
	char *from CLEANUP_FREE = str_dupz(*archive);
	char *to CLEANUP_FREE = str_dupz(out->path);
	errint rc = open_file(AT_FDCWD, from, &fd, err);

	if (!rc)
		rc = archive_unpack(fd, AT_FDCWD, to,
				    strip && str_eqz(*strip, "1") ? ARCHIVE_STRIP_ROOT : 0, err);
	return rc ? err_wrap(err, "unpacking '%s'", from) : 0;
}

const struct builtin_builder builder_unpack_1 = {"builtin:kiln-unpack-1", run};
