/* Places in addresses: which village, and what of an address may be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "place.h"

#include "banned.h"

#define ROW(row, fn) \
	{ \
		.name = (row).name, .test_func = (fn), .initial_state = (void *)&(row) \
	}
#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct place_area areas[] = {
	{ "310118000000", "示范区", NULL, NULL },
	{ "310118110000", "示例镇", NULL, "310118000000" },
	{ "310118110203", "沈联村村民委员会", "老沈联", "310118110000" },
	{ "310118110208", "青龙村", NULL, "310118110000" },
	{ "310118110209", "大青龙村", NULL, "310118110000" },
	{ "310118110001", "鹤联社区居民委员会", "鹤联 白鹤新苑", "310118110000" },
	{ "310118111000", "邻近镇", NULL, "310118000000" },
	{ "310118111205", "青龙村", NULL, "310118111000" },
	{ "310118112000", "远方乡", NULL, "310118000000" },
	{ "310118112201", "双桥村", NULL, "310118112000" },
	{ "310118113000", "别处乡", NULL, "310118000000" },
	{ "310118113201", "双桥村", NULL, "310118113000" },
	{ "310118110203A1", "沈联村第一网格", NULL, "310118110203" },
};

static struct find_row {
	const char *name, *text, *home, *how, *code;
} find_rows[] = {
	{ "the code alone", "310118110203", NULL, "code", "310118110203" },
	{ "a grid code", "310118110203A1", NULL, "code", "310118110203A1" },
	{ "an unknown grid gives its village", "310118110208B2", NULL, "code", "310118110208" },
	{ "village cell, short form of the full name", "沈联村", NULL, "name", "310118110203" },
	{ "village cell without suffix", "沈联", NULL, "stem", "310118110203" },
	{ "full width and blanks", "　沈 联 村 ", NULL, "name", "310118110203" },
	{ "a village office", "沈联村委会", NULL, "name", "310118110203" },
	{ "an alias", "老沈联", NULL, "name", "310118110203" },
	{ "a community by another suffix", "鹤联居委会", NULL, "name", "310118110001" },
	{ "a housing estate as alias", "白鹤新苑12号", NULL, "name", "310118110001" },
	{ "an address", "上海市示范区示例镇沈联村6组12号", NULL, "name", "310118110203" },
	{ "a village without suffix before a group", "示例镇沈联6组", NULL, "stem",
		"310118110203" },
	{ "a road is not the village", "示例镇沈联路12号", NULL, "parent", "310118110000" },
	{ "the longer name wins", "示例镇大青龙村3组", NULL, "name", "310118110209" },
	{ "equal names, the town decides", "邻近镇青龙村", NULL, "name", "310118111205" },
	{ "equal names, the centre decides", "青龙村5组", "310118110000", "name", "310118110208" },
	{ "equal names, the town beats nothing else", "青龙村5组", NULL, "ambiguous", NULL },
	{ "equal names elsewhere", "双桥村", "310118110000", "ambiguous", NULL },
	{ "only the town", "示例镇", NULL, "parent", "310118110000" },
	{ "only the county", "上海市示范区", NULL, "parent", "310118000000" },
	{ "nothing known", "某省某市某村", NULL, "none", NULL },
	{ "empty", "", NULL, "none", NULL },
	{ "nothing said", "不详", NULL, "none", NULL },
	{ "the end of a longer name is less sure", "老王家的小青龙村", "310118110000", "stem",
		"310118110208" },
};

static void finds(void **state)
{
	static const char *const hows[] = { "none", "code", "name", "stem", "parent", "ambiguous" };
	const struct find_row *r = *state;
	struct place_match m = place_find(areas, COUNT(areas), r->text, r->home);

	assert_string_equal(hows[m.how], r->how);
	if (r->code != NULL)
		assert_string_equal(areas[m.index].code, r->code);
}

static struct split_row {
	const char *name, *address, *region, *town, *village, *group, *road, *house;
} split_rows[] = {
	{ "countryside", "上海市青浦区示例镇沈联村6组12号", "上海市青浦区", "示例镇", "沈联村",
		"6组", "", "12号" },
	{ "groups in words", "示例镇沈联村第三村民小组", "", "示例镇", "沈联村", "第三村民小组", "",
		"" },
	{ "a team", "沈联村三队5号", "", "", "沈联村", "三队", "", "5号" },
	{ "a named group", "沈联村河东组8号", "", "", "沈联村", "河东组", "", "8号" },
	{ "town street", "示例镇示例路100弄5号3幢201室", "", "示例镇", "", "", "示例路100弄5号",
		"3幢201室" },
	{ "community", "某市某区某街道鹤联社区鹤祥路12号", "某市某区", "某街道", "鹤联社区", "",
		"鹤祥路12号", "" },
	{ "a city that ends like a town", "河南省新乡市某县某乡某村2组", "河南省新乡市某县", "某乡",
		"某村", "2组", "", "" },
	{ "a road that ends like a village", "示例镇新村路8号", "", "示例镇", "", "", "新村路8号",
		"" },
	{ "full width", "示例镇沈联村６组１２号", "", "示例镇", "沈联村", "6组", "", "12号" },
	{ "blanks between", "示例镇 沈联村 6组", "", "示例镇", "沈联村", "6组", "", "" },
	{ "building and unit", "鹤联社区3号楼2单元201", "", "", "鹤联社区", "", "",
		"3号楼2单元201" },
	{ "autonomous", "某自治州某县某镇某村", "某自治州某县", "某镇", "某村", "", "", "" },
};

static void splits(void **state)
{
	const struct split_row *r = *state;
	struct place_parts p;

	place_split(r->address, &p);
	assert_string_equal(p.region, r->region);
	assert_string_equal(p.town, r->town);
	assert_string_equal(p.village, r->village);
	assert_string_equal(p.group, r->group);
	assert_string_equal(p.road, r->road);
	assert_string_equal(p.house, r->house);
}

static struct brief_row {
	const char *name, *address, *brief, *door;
} brief_rows[] = {
	{ "village and group", "示例镇沈联村6组12号", "沈联村6组", "6组12号" },
	{ "no group", "示例镇沈联村12号", "沈联村", "12号" },
	{ "a street address shows nothing", "示例镇示例路100弄5号201室", "",
		"示例路100弄5号201室" },
	{ "only a door shows nothing", "3幢201室", "", "3幢201室" },
	{ "a community", "鹤联社区鹤祥路12号", "鹤联社区", "鹤祥路12号" },
	{ "nothing", "", "", "" },
};

static void shows(void **state)
{
	const struct brief_row *r = *state;
	struct place_parts p;
	char text[PLACE_PART];

	place_split(r->address, &p);
	assert_string_equal(place_brief(&p, text, sizeof text), r->brief);
	assert_string_equal(place_door(&p, text, sizeof text), r->door);
}

static void a_cut_is_at_a_character(void **state)
{
	struct place_parts p;
	char text[8];

	(void)state;
	place_split("沈联村6组", &p);
	assert_string_equal(place_brief(&p, text, sizeof text), "沈联");
}

int main(void)
{
	struct CMUnitTest tests[COUNT(find_rows) + COUNT(split_rows) + COUNT(brief_rows) + 1];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(find_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(find_rows[i], finds);
	for (size_t i = 0; i < COUNT(split_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(split_rows[i], splits);
	for (size_t i = 0; i < COUNT(brief_rows); i++)
		tests[n++] = (struct CMUnitTest)ROW(brief_rows[i], shows);
	tests[n] = (struct CMUnitTest)cmocka_unit_test(a_cut_is_at_a_character);
	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
