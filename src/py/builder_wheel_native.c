/* SPDX-License-Identifier: MIT
 *
 * What the package's native modules want of slots, for who starts a program with them. */
#include "base/file.h"
#include "py/builder_wheel_int.h"
#include "py/native.h"

errint wheel_step_native(struct wheel_install *w, struct err *err)
{
	struct native_objects all CLEANUP(native_objects_release) = {0};
	BUF(text, LIMIT_JSON_TEXT);
	errint rc = 0;

	for (size_t i = 0; !rc && i < w->n_files; i++)
		if (w->files[i].elf)
			rc = native_add(w->out_fd, w->files[i].path.p, w->files[i].path, &w->arena,
					&all, err);
	if (!rc)
		rc = native_settle(w->out_fd, &w->arena, &all, err);
	if (rc || !all.n)
		return rc;
	native_print(&all, &text);
	rc = buf_check(&text, "what native modules want", err);
	if (!rc)
		rc = mkdir_p(w->out_fd, "nix-support", 0755, err);
	if (rc)
		return rc;
	return file_write(w->out_fd, "nix-support/slots.json", buf_str(&text), 0644, 0, err);
}
