/** Secrets with fewer characters would match everywhere, and are not redacted. */
export const MIN_SECRET = 4;

/** Words that any output has. */
const WORDS = new Set(
  `test testing true false null none undefined yes enabled disabled default admin root user users username guest public private
  password passwd secret token login email name host localhost server client main master database postgres mysql redis mongo
  prod production dev develop development staging stage local example sample demo info debug error warn warning trace
  http https data file path home temp type json text html value auto basic service_account`
    .trim()
    .split(/\s+/),
);

/** Whether a value is a common word or a short number, so that redacting it changes output that has nothing to do with it. */
export function isCommonValue(value: string): boolean {
  const text = value.trim();
  return WORDS.has(text.toLowerCase()) || /^\d{1,5}$/.test(text);
}
