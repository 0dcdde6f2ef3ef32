/* Judges a calendar with libical (RFC 5545 syntax, RFC 5546 restrictions of its METHOD): one line for each fault, exit status 1. */

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static int faults = 0;

static void look(icalcomponent *component)
{
    for (icalproperty *one = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY); one != NULL;
         one = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        printf("%s: %s\n", icalcomponent_kind_to_string(icalcomponent_isa(component)), icalproperty_get_xlicerror(one));
        faults++;
    }
    for (icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT); inner != NULL;
         inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        look(inner);
}

int main(int count, char **names)
{
    static char text[1 << 20];
    FILE *file = count == 2 ? fopen(names[1], "rb") : NULL;
    if (file == NULL) return 2;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    icalcomponent *calendar = icalparser_parse_string(text);
    if (calendar == NULL) {
        puts("not a calendar");
        return 1;
    }
    if (!icalrestriction_check(calendar)) {
        puts("the restrictions of its METHOD do not hold");
        faults++;
    }
    look(calendar);
    icalcomponent_free(calendar);
    return faults != 0;
}
