/* SPDX-License-Identifier: MIT
 *
 * Derivations: texts that Nix 2.8 wrote, read, printed and hashed again; and what is refused. */
#include "store/derivation.h"

#include "base/file.h"
#include "store/store.h"
#include "tap.h"

static struct arena a;
static struct err err;
static struct store *store;

static const struct {
	const char *path, *text;
} known[] = {
	{"/nix/store/c02a89v76jyfhmc3y7j9ns1xn6id9mbz-tree.drv",
	 "Derive([(\"out\",\"/nix/store/d7wkbnjffa509zxf17f9w8l0avkkb77b-tree\",\"r:sha1\","
	 "\"1111111111111111111111111111111111111111\")],[],[],\"x86_64-linux\",\"/bin/sh\",[],["
	 "(\"builder\",\"/bin/sh\"),(\"name\",\"tree\"),"
	 "(\"out\",\"/nix/store/d7wkbnjffa509zxf17f9w8l0avkkb77b-tree\"),"
	 "(\"outputHash\",\"1111111111111111111111111111111111111111\"),"
	 "(\"outputHashAlgo\",\"sha1\"),(\"outputHashMode\",\"recursive\"),"
	 "(\"system\",\"x86_64-linux\")])"},
	{"/nix/store/l9m8711dfbx99fhia5vvpx8mjk102ajz-src.drv",
	 "Derive([(\"out\",\"/nix/store/590bgk602d29ds36mipkvrp64qprmkkd-src\",\"sha256\","
	 "\"1111111111111111111111111111111111111111111111111111111111111111\")],[],[],"
	 "\"x86_64-linux\",\"/bin/sh\",[],[(\"builder\",\"/bin/sh\"),(\"name\",\"src\"),"
	 "(\"out\",\"/nix/store/590bgk602d29ds36mipkvrp64qprmkkd-src\"),(\"outputHash\","
	 "\"1111111111111111111111111111111111111111111111111111111111111111\"),"
	 "(\"outputHashAlgo\",\"sha256\"),(\"system\",\"x86_64-linux\")])"},
	{"/nix/store/qh7qwypjbg0f841is4khamsijbhbd3qv-multi.drv",
	 "Derive([(\"dev\",\"/nix/store/4p8zv5sf93m3gr6ppkiyzjlwfvarmrb6-multi-dev\",\"\",\"\"),"
	 "(\"out\",\"/nix/store/7gfzxlq4ipa15kz5p8xmlcjqz446w1vx-multi\",\"\",\"\")],["
	 "(\"/nix/store/c02a89v76jyfhmc3y7j9ns1xn6id9mbz-tree.drv\",[\"out\"]),"
	 "(\"/nix/store/l9m8711dfbx99fhia5vvpx8mjk102ajz-src.drv\",[\"out\"])],[],"
	 "\"x86_64-linux\",\"/bin/sh\",[\"-c\",\"x\"],[(\"builder\",\"/bin/sh\"),"
	 "(\"dev\",\"/nix/store/4p8zv5sf93m3gr6ppkiyzjlwfvarmrb6-multi-dev\"),"
	 "(\"f\",\"/nix/store/590bgk602d29ds36mipkvrp64qprmkkd-src\"),(\"name\",\"multi\"),"
	 "(\"out\",\"/nix/store/7gfzxlq4ipa15kz5p8xmlcjqz446w1vx-multi\"),"
	 "(\"outputs\",\"out dev\"),"
	 "(\"r\",\"/nix/store/d7wkbnjffa509zxf17f9w8l0avkkb77b-tree\"),"
	 "(\"system\",\"x86_64-linux\"),(\"text\",\"a\\n\\t\\\"q\\\"\\\\\")])"},
	{"/nix/store/3fgjpjarwfh88c9kibn9751j6893w9dr-top.drv",
	 "Derive([(\"out\",\"/nix/store/3h65jc6cfn2cn5llzids08lrdzh7f85p-top\",\"\",\"\")],["
	 "(\"/nix/store/qh7qwypjbg0f841is4khamsijbhbd3qv-multi.drv\",[\"dev\",\"out\"])],["
	 "\"/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x\"],\"x86_64-linux\",\"/bin/sh\",[],["
	 "(\"a\",\"/nix/store/4p8zv5sf93m3gr6ppkiyzjlwfvarmrb6-multi-dev\"),"
	 "(\"b\",\"/nix/store/7gfzxlq4ipa15kz5p8xmlcjqz446w1vx-multi\"),"
	 "(\"builder\",\"/bin/sh\"),(\"name\",\"top\"),"
	 "(\"out\",\"/nix/store/3h65jc6cfn2cn5llzids08lrdzh7f85p-top\"),"
	 "(\"system\",\"x86_64-linux\"),"
	 "(\"t\",\"/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x\")])"},
};

static struct drv parse(size_t i)
{
	struct drv d = {0};
	struct str name = str_drop_suffix(store_path_name(str_c(known[i].path)), S(".drv"));

	IS_OK(drv_parse(&a, str_c(known[i].text), name, &d, &err), err, known[i].path);
	return d;
}

static void printing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct drv d = parse(i);
		BUF(b, LIMIT_DRV_FILE);
		drv_print(&d, false, &b);
		IS_STR(buf_str(&b), str_c(known[i].text), "printed again");
	}
	struct drv d = parse(2);
	IS_STR(*drv_env_find(&d, S("text")), S("a\n\t\"q\"\\"), "escapes");
	IS_STR(drv_output_find(&d, S("dev"))->path,
	       S("/nix/store/4p8zv5sf93m3gr6ppkiyzjlwfvarmrb6-multi-dev"), "an output");
	OK(!drv_output_find(&d, S("x")) && !drv_env_find(&d, S("x")), "absent");
	OK(!drv_is_fixed(&d), "not fixed");
	d = parse(0);
	OK(drv_is_fixed(&d), "fixed");
}

/* Outputs' paths emptied, everything shuffled: the record as an evaluation has it. */
static void computing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct drv d = parse(i);
		struct str path;
		BUF(b, LIMIT_DRV_FILE);
		for (size_t k = 0; k < d.n_outputs; k++)
			d.outputs[k].path = S("");
		for (size_t k = 0; k < d.n_env / 2; k++) {
			struct drv_env e = d.env[k];
			d.env[k] = d.env[d.n_env - 1 - k];
			d.env[d.n_env - 1 - k] = e;
		}
		IS_OK(drv_fill_outputs(store, &a, &d, &err), err, "fill");
		drv_print(&d, false, &b);
		IS_STR(buf_str(&b), str_c(known[i].text), "same text");
		IS_OK(store_add_drv(store, &a, &d, &path, &err), err, "add");
		IS_STR(path, str_c(known[i].path), "same path");
		struct drv back;
		IS_OK(store_read_drv(store, &a, path, &back, &err), err, "read back");
		IS_INT(back.n_env, d.n_env, "all of it");
	}
}

static void sorting(void)
{
	struct str oa[] = {S("out"), S("dev")}, ob[] = {S("dev"), S("lib")};
	struct str srcs[] = {S("/b"), S("/a"), S("/b")};
	struct drv_input in[] = {{S("/2"), oa, 2}, {S("/1"), oa, 1}, {S("/2"), ob, 2}};
	struct drv d = {.inputs = in, .n_inputs = 3, .srcs = srcs, .n_srcs = 3};

	drv_sort(&a, &d);
	IS_INT(d.n_srcs, 2, "sources once");
	IS_STR(d.srcs[0], S("/a"), "in order");
	IS_INT(d.n_inputs, 2, "inputs merged");
	IS_STR(d.inputs[1].path, S("/2"), "in order");
	IS_INT(d.inputs[1].n_outputs, 3, "with their outputs");
	IS_STR(d.inputs[1].outputs[2], S("out"), "sorted");
}

static void refuse(const char *text, int code, const char *what)
{
	struct drv d = {.name = S("untouched")};

	IS_ERR(drv_parse(&a, str_c(text), S("x"), &d, &err), err, code, what);
	IS_STR(d.name, S("untouched"), what);
}

#define O "(\"out\",\"/o\",\"\",\"\")"

static void refusals(void)
{
	struct drv d;

	IS_OK(drv_parse(&a, S("Derive([" O "],[],[],\"s\",\"b\",[],[])"), S("x"), &d, &err), err,
	      "the shortest");
	refuse("", ERR_CORRUPT, "empty");
	refuse("Derive([],[],[],\"s\",\"b\",[],[])", ERR_CORRUPT, "no outputs");
	refuse("Derive([" O "],[],[],\"s\",\"b\",[],[]) ", ERR_CORRUPT, "text behind");
	refuse("Derive([" O "],[],[],\"s\",\"b\",[],[]", ERR_CORRUPT, "no end");
	refuse("Derive([" O "," O "],[],[],\"s\",\"b\",[],[])", ERR_CORRUPT, "an output twice");
	refuse("Derive([" O "],[],[\"/b\",\"/a\"],\"s\",\"b\",[],[])", ERR_CORRUPT, "order");
	refuse("Derive([" O "],[],[\"a\"],\"s\",\"b\",[],[])", ERR_CORRUPT, "relative source");
	refuse("Derive([" O "],[(\"d\",[])],[],\"s\",\"b\",[],[])", ERR_CORRUPT, "relative input");
	refuse("Derive([" O "],[],[],\"s\",\"b\",[\"\\x\"],[])", ERR_CORRUPT, "escape");
	refuse("Derive([" O "],[],[],\"s\",\"b\",[\"\\", ERR_CORRUPT, "half an escape");
	refuse("Derive([" O "],[],[],\"s\",\"b\",[],[(\"k\",\"1\"),(\"k\",\"2\")])", ERR_CORRUPT,
	       "a key twice");
	refuse("Derive([" O "],[],[],\"s\\n\",\"b\",[],[])", ERR_CORRUPT,
	       "escape in a bare string");
	refuse("Derive([" O "],[],[],\"s\",\"\n\",[],[])", ERR_CORRUPT, "a line feed as it is");
	refuse("Derive([" O "],[],[],\"s\",\"b\",[,],[])", ERR_CORRUPT, "a comma first");
	refuse("DrvWithVersion(\"xp-dyn-drv\"", ERR_UNSUPPORTED, "dynamic derivations");
}

static void bad_records(void)
{
	struct drv d = parse(3);
	struct str path;
	struct hash h;

	d.outputs[0].path = S("/nix/store/3h65jc6cfn2cn5llzids08lrdzh7f85q-top");
	IS_ERR(store_add_drv(store, &a, &d, &path, &err), err, ERR_CORRUPT, "a wrong output path");
	d = parse(1);
	d.outputs[0].name = S("lib");
	IS_ERR(drv_fill_outputs(store, &a, &d, &err), err, ERR_FAILED, "fixed, not called out");
	d = parse(1);
	d.outputs[0].hash = S("");
	IS_ERR(drv_fill_outputs(store, &a, &d, &err), err, ERR_UNSUPPORTED, "floating");
	d = parse(1);
	d.outputs[0].hash = S("1234");
	IS_ERR(drv_fill_outputs(store, &a, &d, &err), err, ERR_CORRUPT, "a short hash");
	IS_ERR(drv_modulo(store, S("/nix/store/3fgjpjarwfh88c9kibn9751j6893w9ds-no.drv"), &h, &err),
	       err, ERR_NOT_FOUND, "no such derivation");
	IS_ERR(drv_modulo(store, S("/etc/passwd"), &h, &err), err, ERR_FAILED, "not of the store");
}

int main(void)
{
	struct store_config c = {"/nonexistent/kiln", "/nix/store", "/nix/var/nix",
				 "/nix/var/log/nix"};

	store = store_open(&c, NULL);
	store_set_readonly(store, true);
	printing();
	computing();
	sorting();
	refusals();
	bad_records();
	store_close(store);
	arena_release(&a);
	return tap_done();
}
