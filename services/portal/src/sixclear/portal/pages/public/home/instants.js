// Instants as the server writes them, so that a page does not change its way of writing when it goes live.

function instantParts(instant) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Ho_Chi_Minh", day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
}

function monthName(instant, language, length) {
  return new Intl.DateTimeFormat(language, { timeZone: "Asia/Ho_Chi_Minh", month: length }).format(new Date(instant));
}

export function showInstant(element, instant, language) {
  const { day, month, year, hour, minute } = instantParts(instant);
  element.dateTime = instant;
  if (language === "vi") element.textContent = `${day}/${Number(month)}/${year} ${hour}:${minute}`;
  else element.textContent = `${day} ${monthName(instant, language, "long")} ${year}${language === "ar" ? "،" : ","} ${hour}:${minute}`;
}

export function shortInstant(instant, language) {
  const { day, month, hour, minute } = instantParts(instant);
  return language === "vi" ? `${day}/${Number(month)} ${hour}:${minute}` : `${day} ${monthName(instant, language, "short")} ${hour}:${minute}`;
}

// A civil day, `2025-12-04`.
export function writtenDay(day, language) {
  const [year, month, date] = day.split("-").map(Number);
  if (language === "vi") return `${date}/${month}/${year}`;
  return `${date} ${new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" }).format(Date.parse(day))} ${year}`;
}
