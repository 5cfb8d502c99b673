// The browser knows the time zone; the form keeps it.
const field = document.querySelector('input[name="time_zone"]');
if (field) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
