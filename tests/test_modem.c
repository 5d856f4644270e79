/* The driver against dialogues with a modem that is no maker's. */
#include "helper_dialogue.h"

#include "banned.h"

int main(void)
{
	return dialogues_run("modem", "tests/modem", ".dialogue");
}
