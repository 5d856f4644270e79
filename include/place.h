/*
 * place.h - which village an address lies in, and the parts of an address.
 *
 * Areas are matched by their 12-digit code first, then by full name, then by the name
 * without 村, 社区, 居委会 ...; equal names in different towns make a match ambiguous,
 * and an ambiguous match names nobody. Pure; the caller's array is only read.
 */
#ifndef QUANZU_PLACE_H
#define QUANZU_PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum { PLACE_CODE = 12, PLACE_PART = 96 };

struct place_area {
	const char *code;    /* 12 digits; a grid has 1-6 characters more */
	const char *name;    /* 示例村村民委员会, 示例村 */
	const char *aliases; /* parted by blanks, commas or 、; may be NULL */
	const char *parent;  /* code of the area above, or NULL */
};

enum place_how {
	PLACE_NONE,      /* nothing fits */
	PLACE_BY_CODE,   /* the text holds the code */
	PLACE_BY_NAME,   /* the full name or an alias */
	PLACE_BY_STEM,   /* the name without its suffix: 示例 for 示例村 */
	PLACE_BY_PARENT, /* only an area above is named: the town, not the village */
	PLACE_AMBIGUOUS  /* several fit equally well; index is the first of them */
};

struct place_match {
	enum place_how how;
	size_t index;      /* into the array; only when how is not PLACE_NONE */
	size_t candidates; /* how many fit equally well */
};

/*
 * The best area for a text: a village cell (示例村) or a whole address. `home` (may be
 * NULL) is the code of the centre: among equals those below it win. Deeper areas win over
 * shallower ones, longer names over shorter ones.
 */
struct place_match place_find(
	const struct place_area *areas, size_t count, const char *text, const char *home);

/* The parts of an address; "" where it has none. Cut at PLACE_PART bytes, at a character border. */
struct place_parts {
	char region[PLACE_PART];  /* 上海市青浦区 */
	char town[PLACE_PART];    /* 示例镇 */
	char village[PLACE_PART]; /* 示例村, 示例社区 */
	char group[PLACE_PART];   /* 6组, 三队 */
	char road[PLACE_PART];    /* 示例路12号, 示例路100弄5号 */
	char house[PLACE_PART];   /* 3幢201室 */
	char rest[PLACE_PART];    /* what no rule took */
};

void place_split(const char *address, struct place_parts *out);
/*
 * The address down to the village group: 示例村6组. What an SMS and every masked view may
 * show; "" when the address names neither village nor group (never a house number).
 */
char *place_brief(const struct place_parts *p, char *out, size_t n);
/* The address from the group on: 6组12号. For the stage that may know the door. */
char *place_door(const struct place_parts *p, char *out, size_t n);

bool place_is_code(const char *text); /* 12 digits, or a grid code of 13 to 18 characters */

#endif
