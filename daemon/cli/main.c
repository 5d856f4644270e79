/* quanzu: the command line. See quanzu(1). */
#include <string.h>

#include "cli.h"
#include "sheet_child.h"

#include "banned.h"

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], SHEET_CHILD_ARG) == 0)
		return sheet_child_main(argc, argv);
	return cli_main(argc, argv);
}
