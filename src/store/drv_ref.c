/* SPDX-License-Identifier: MIT
 *
 * References to derivations. */
#include "store/drv_ref.h"

void drv_ref_own(struct arena *a, struct drv_ref *d)
{
	struct str *outputs = ARENA_ARRAY(a, struct str, d->n_outputs);

	for (size_t i = 0; i < d->n_outputs; i++)
		outputs[i] = arena_str(a, d->outputs[i]);
	d->outputs = outputs;
	d->attr = arena_str(a, d->attr);
	d->name = arena_str(a, d->name);
	d->system = arena_str(a, d->system);
	d->drv_path = arena_str(a, d->drv_path);
	d->output = arena_str(a, d->output);
	d->out_path = arena_str(a, d->out_path);
}
