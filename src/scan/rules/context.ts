import { rulesOf } from "../rule.ts";

/** Secrets known by what is around them: URLs, headers, command lines, a provider's name. */
export const contextRules = rulesOf("context", [
  {
    id: "url-password",
    what: "a password in a URL",
    keywords: ["://"],
    pattern:
      /(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/(?:[^\s:@/"'`<>\\(){}|^[\]]{0,100}):(?<secret>[^\s@/"'`<>\\]{3,120})@[A-Za-z0-9[%_$]/g,
    check: "no-short-word",
  },
  {
    id: "authorization-header",
    what: "the credential of an HTTP authorization header",
    keywords: ["authorization"],
    pattern:
      /authorization["'`\]]{0,2}\s{0,4}(?:[:=,]|=>)\s{0,4}[bf]?["'`]?\s{0,4}(?:bearer|token|api-?key|api-token|bot|splunk|negotiate|digest|sso-key|x-api-key|private-token)\s{1,4}(?:token=)?["']?(?<secret>[A-Za-z0-9_~@.+/=:-]{8,2000})/gi,
    minEntropy: 2.75,
    check: "random",
  },
  {
    id: "authorization-basic",
    what: "a user name and password in an HTTP authorization header",
    keywords: ["basic "],
    pattern:
      /(?:authorization["'`\]]{0,2}\s{0,4}(?:[:=,]|=>)\s{0,4}[bf]?)["'`]?\s{0,4}basic\s{1,4}(?<secret>[A-Za-z0-9+/_-]{6,2000}={0,2})/gi,
    check: "basic-credentials",
  },
  {
    id: "bare-authorization-header",
    what: "the credential of an HTTP header",
    keywords: ["-h ", "--header", "-h'", '-h"'],
    pattern:
      /(?:-H|--header)[= ]{0,4}["'](?:authorization|proxy-authorization|(?:x-)?(?:[a-z]{1,20}-){0,3}(?:api-?key|token|auth|secret))\s{0,4}:\s{0,4}(?<secret>[A-Za-z0-9_~@.+/=:-]{8,2000})["']/gi,
    minEntropy: 2.75,
    check: "random",
  },
  {
    id: "curl-user",
    what: "a password on a command line",
    keywords: ["-u ", "-u'", '-u"', "--user", "--proxy-user"],
    pattern:
      /(?:\s|^)(?:-u|--user|--proxy-user)(?:=|[ \t]{0,4})["']?(?:[^\s:"'$<>{}()]{0,100})["']?:["']?(?<secret>[^\s"'$<>{}()[\]]{6,120})/g,
    line: /\bcurl\b|^\s*(?:-u|--user|--proxy-user)\b/,
    minEntropy: 2.5,
  },
  {
    id: "command-line-password",
    what: "a password on a command line",
    keywords: ["--pass", "--token", "--api-key", "--secret", "--client-secret", "sshpass"],
    pattern:
      /(?:--(?:password|passwd|passphrase|pass|token|api-key|secret|client-secret|secret-key|access-token|auth-token)(?:=|[ \t]{1,4})|\bsshpass[ \t]{1,4}-p[ \t]{0,4})["']?(?<secret>[^\s"'`$<>{}()[\]|,;-][^\s"'`$<>{}()[\]|,;]{5,200})/g,
    check: "random",
  },
  {
    id: "url-query-secret",
    what: "a secret in the query of a URL",
    keywords: ["key=", "token=", "secret=", "password=", "passwd=", "pwd=", "auth=", "signature=", "sig="],
    pattern:
      /[?&](?:[a-z]{1,20}[_-]?)?(?:api[_-]?key|access[_-]?key|token|secret|passwd|password|pwd|auth|signature|sig)=(?<secret>[A-Za-z0-9%._~+/-]{16,400}=?)/gi,
    minEntropy: 3.3,
    check: "random",
  },
  {
    id: "connection-string-password",
    what: "a password in a connection string",
    keywords: ["password=", "pwd=", "password =", "pwd ="],
    pattern: /(?<![A-Za-z0-9_])(?:password|pwd)\s{0,2}=\s{0,2}(?<secret>[^;"'\s<>{}$,()]{3,120})(?![,()])/gi,
    line: /(?:^|["'\s;(])(?:server|data source|host|user ?id|uid|user|user ?name|initial catalog|database|dbname|addr|address|endpoint)\s{0,2}=\s{0,2}[^;=]{1,200}[;\s]/i,
  },
  {
    id: "aws-secret-access-key",
    what: "an AWS secret access key",
    keywords: ["aws", "secretaccesskey", "secret_access_key"],
    pattern:
      /(?:aws[\w.\- ]{0,30}|secret_?access_?key)["']?\s{0,4}(?:=>|:=|[:=,])\s{0,4}["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    minEntropy: 4.1,
    check: "random",
  },
  {
    id: "provider-key-by-name",
    what: "an API key or token of a service",
    keywords: [
      "twilio",
      "datadog",
      "dd_api",
      "dd_app",
      "cloudflare",
      "cf_api",
      "heroku",
      "algolia",
      "snyk",
      "okta",
      "mailgun",
      "fastly",
      "travis",
      "codecov",
      "cohere",
      "mistral",
      "zendesk",
      "rapidapi",
      "newrelic",
      "new_relic",
      "sentry",
      "trello",
      "asana",
      "bitbucket",
      "jira",
    ],
    pattern:
      /(?:twilio|datadog|dd_|cloudflare|cf_|heroku|algolia|snyk|okta|mailgun|fastly|travis|codecov|cohere|mistral|zendesk|rapidapi|new_?relic|sentry|trello|asana|bitbucket|jira)[\w.-]{0,30}(?:key|token|secret|password|auth)[\w.-]{0,12}["'\]]{0,2}\s{0,4}(?:=>|:=|[:=,])\s{0,4}["'`]?(?<secret>[A-Za-z0-9_-]{24,80})(?![A-Za-z0-9_-])/gi,
    minEntropy: 3,
    check: "random",
  },
]);
