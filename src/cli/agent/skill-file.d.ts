/** The bundler embeds the skill as text. */
declare module "*/skills/pprotect/SKILL.md" {
  const text: string;
  export default text;
}
