/* SPDX-License-Identifier: MIT
 *
 * torch and what comes with it: NVIDIA's libraries by their pattern nvidia-*-cuNN, and what finds
 * and calls them. */
#include "py/slot.h"

bool slot_name_is(struct str name)
{
	static const struct str names[] = {
		S("torch"),         S("torchaudio"),      S("torchvision"), S("triton"),
		S("cuda-bindings"), S("cuda-pathfinder"), S("cuda-toolkit")};
	ptrdiff_t dash = str_rchr(name, '-');
	struct str tail = str_skip(name, dash < 0 ? name.n : (size_t)dash);
	uint64_t number;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return str_starts(name, S("nvidia-")) && str_starts(tail, S("-cu")) &&
	       str_to_u64(str_skip(tail, 3), &number);
}
