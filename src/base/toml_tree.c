/* SPDX-License-Identifier: MIT
 *
 * Nodes of a TOML tree: making, growing and finding them. */
#include "base/toml_int.h"

enum { INDEX_FROM = 16 }; /* entries; fewer are compared one by one */

struct toml *toml_node(struct toml_parser *p, enum toml_kind kind)
{
	struct toml *node = ARENA_NEW(p->arena, struct toml);

	node->kind = kind;
	node->file = p->file;
	node->line = p->line;
	node->column = (unsigned)(p->p - p->line_start) + 1;
	return node;
}

errint toml_container(struct toml_parser *p, enum toml_kind kind, enum toml_origin origin,
		      unsigned depth, struct toml **out)
{
	if (depth > TOML_DEPTH)
		return toml_fail(p, "tables and arrays nest deeper than %d", TOML_DEPTH);
	struct toml *node = toml_node(p, kind);

	node->growth = ARENA_NEW(p->arena, struct toml_growth);
	node->growth->origin = origin;
	node->growth->depth = depth;
	*out = node;
	return 0;
}

/* The old array stays in the arena: the sum of all is less than the last one again. */
static void *grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 4;
	void *bigger = arena_calloc(a, *cap, size);

	if (n)
		memcpy(bigger, v, n * size);
	return bigger;
}

void toml_push(struct toml_parser *p, struct toml *array, struct toml *item)
{
	size_t n = array->array.n;

	array->array.items =
		grow(p->arena, array->array.items, n, &array->growth->cap, sizeof(struct toml *));
	array->array.items[n] = item;
	array->array.n = n + 1;
}

static void index_put(struct toml_growth *g, struct str key, size_t position)
{
	size_t i = str_hash(key) & (g->index_cap - 1);

	while (g->index[i])
		i = (i + 1) & (g->index_cap - 1);
	g->index[i] = (uint32_t)position + 1;
}

static void index_grow(struct arena *a, struct toml *table)
{
	struct toml_growth *g = table->growth;

	if (table->table.n < INDEX_FROM || table->table.n * 2 <= g->index_cap)
		return;
	g->index_cap = g->index_cap ? g->index_cap * 4 : INDEX_FROM * 4;
	g->index = arena_calloc(a, g->index_cap, sizeof(*g->index));
	for (size_t i = 0; i + 1 < table->table.n; i++)
		index_put(g, table->table.entries[i].key, i);
}

void toml_add(struct toml_parser *p, struct toml *table, struct str key, struct toml *value)
{
	size_t n = table->table.n;

	table->table.entries = grow(p->arena, table->table.entries, n, &table->growth->cap,
				    sizeof(struct toml_entry));
	table->table.entries[n] = (struct toml_entry){.key = key, .value = value};
	table->table.n = n + 1;
	index_grow(p->arena, table);
	if (table->growth->index)
		index_put(table->growth, key, n);
}

const struct toml *toml_get(const struct toml *table, struct str key)
{
	const struct toml_growth *g = table->growth;
	const struct toml_entry *v = table->table.entries;

	BUG_ON(table->kind != TOML_TABLE);
	if (!g->index) {
		for (size_t i = 0; i < table->table.n; i++) {
			if (str_eq(v[i].key, key))
				return v[i].value;
		}
		return NULL;
	}
	for (size_t i = str_hash(key) & (g->index_cap - 1); g->index[i];
	     i = (i + 1) & (g->index_cap - 1)) {
		if (str_eq(v[g->index[i] - 1].key, key))
			return v[g->index[i] - 1].value;
	}
	return NULL;
}

const char *toml_kind_text(enum toml_kind kind)
{
	/* ORDER toml_kind */
	static const char *const texts[] = {
#define X(id, what) [TOML_##id] = what,
		TOML_KINDS(X)
#undef X
	};

	return texts[kind];
}

errint toml_err(const struct toml *at, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, ERR_CORRUPT, fmt, ap);
	va_end(ap);
	return err_wrap(err, "%s:%u:%u", at->file, at->line, at->column);
}

errint toml_want(const struct toml *table, const char *key, enum toml_kind kind,
		 const struct toml **out, struct err *err)
{
	const struct toml *value = toml_get(table, str_c(key));

	if (value && value->kind != kind)
		return toml_err(value, err, "'%s' is %s, not %s", key, toml_kind_text(value->kind),
				toml_kind_text(kind));
	*out = value;
	return 0;
}

errint toml_need(const struct toml *table, const char *key, enum toml_kind kind,
		 const struct toml **out, struct err *err)
{
	const struct toml *value = NULL;
	errint rc = toml_want(table, key, kind, &value, err);

	if (rc)
		return rc;
	if (!value)
		return toml_err(table, err, "'%s' is missing", key);
	*out = value;
	return 0;
}
