// What makes the pages quicker to use; all of them work without it.
"use strict";

// A subagency belongs to an agency: the others are not offered.
const agency = document.getElementById("id_agency_group");
const subagency = document.getElementById("id_subagency");
function offerSubagencies() {
  const group = `${agency.selectedOptions[0]?.text}: `;
  for (const option of subagency.options) {
    option.hidden = option.disabled = Boolean(agency.value && option.value) && !option.text.startsWith(group);
    if (option.selected && option.disabled) subagency.value = "";
  }
}
if (agency && subagency) {
  agency.addEventListener("change", offerSubagencies);
  offerSubagencies();
}

// A contact is found by typing a name; which one it is stands below.
for (const field of document.querySelectorAll("input[list]")) {
  const who = document.createElement("span");
  who.className = "helptext";
  field.after(who);
  const say = () => {
    who.textContent = [...field.list.options].find((option) => option.value === field.value.trim())?.label ?? "";
  };
  field.addEventListener("input", say);
  say();
}

// One menu at a time, which Escape and a click elsewhere close.
const menus = document.querySelectorAll("details.menu");
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (menu.open && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});
